"""Opens a checkpoint folder with transformers and compares it with what udrl expects. Called by transformers_test.cpp.

Not for: training, or anything that needs a network. Exit 0: all agrees; 1: it does not, and the first differences are printed.
"""
import json
import os
import sys


def differences(tokenizer, model, expected):
    import torch

    for item in expected["texts"]:
        ids = tokenizer(item["text"], add_special_tokens=False)["input_ids"]
        if ids != item["ids"]:
            yield f"ids of {item['text']!r}: {ids}, expected {item['ids']}"
        elif tokenizer.decode(ids) != item["text"]:
            yield f"decoded {tokenizer.decode(ids)!r}, expected {item['text']!r}"
    sequence = expected["sequence"]
    ids = tokenizer(sequence["text"])["input_ids"]
    if ids != sequence["ids"]:
        yield f"ids of the sequence: {ids}, expected {sequence['ids']}"
    message = {"role": "user", "content": expected["chat"]["content"]}
    chat = tokenizer.apply_chat_template([message], tokenize=False, add_generation_prompt=True)
    if chat != expected["chat"]["rendered"]:
        yield f"chat template: {chat!r}, expected {expected['chat']['rendered']!r}"
    asked = tokenizer.apply_chat_template([message], tokenize=False, task="template", words=7, **{"return": 2})
    if not asked.endswith("⟨task:1⟩⟨words:7⟩⟨return:2⟩⟨gen⟩"):
        yield f"chat template with arguments: {asked!r}"
    try:
        refused = tokenizer.apply_chat_template([message], tokenize=False, words="many")
        yield f"chat template with words that are none: {refused!r}"
    except Exception as error:  # jinja2.exceptions.TemplateError
        if "words: any, or 1 to 80" not in str(error):
            yield f"chat template with words that are none: {error}"
    yield from differences_of_chats(tokenizer, expected["chats"])
    yield from differences_of_batches(tokenizer, model, sequence["text"])
    with torch.no_grad():
        logits = model(torch.tensor([sequence["ids"]])).logits[0].double()
    wanted = torch.tensor(expected["logits"], dtype=torch.float64)
    largest = (logits - wanted).abs().max().item()
    if not largest < 1e-4 * wanted.std().item():
        yield f"logits differ by up to {largest} (deviation {wanted.std().item()})"
    parameters = sum(p.numel() for p in model.parameters())
    if parameters != expected["parameters"]:
        yield f"{parameters} parameters, expected {expected['parameters']}"


def differences_of_chats(tokenizer, chats):
    """What clients send: see chat_cases.hpp. An assistant's message at the end is also continued as transformers does."""

    def rendered(chat, **more):
        try:
            return tokenizer.apply_chat_template(chat["messages"], tokenize=False, **chat["arguments"], **more)
        except Exception as error:  # jinja2.exceptions.TemplateError
            return f"refused: {error}"

    for chat in chats:
        prompt = rendered(chat, add_generation_prompt=True)
        if chat["refusal"] not in prompt if chat["refusal"] else prompt != "⟨s⟩" + chat["prompt"]:
            yield f"chat: {chat['about']}: {prompt!r}, expected {chat['prompt'] or chat['refusal']!r}"
        if "⟨have⟩" not in chat["prompt"] or "⟨" in chat["messages"][-1]["content"]:
            continue
        continued = rendered(chat, continue_final_message=True)
        if continued != "⟨s⟩" + chat["prompt"]:
            yield f"chat continued: {chat['about']}: {continued!r}, expected {chat['prompt']!r}"


def differences_of_batches(tokenizer, model, prompt):
    """Prompts of different lengths in one batch, and one that is cut."""

    def answers(prompts):
        inputs = tokenizer(prompts, padding=True, return_tensors="pt")
        output = model.generate(**inputs, do_sample=False, max_new_tokens=8)
        return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :])

    def until_end(text):  # a shorter answer is padded
        return text.split(tokenizer.eos_token)[0]

    prompts = [prompt, " a longer intent," + prompt]
    alone = [until_end(answers([one])[0]) for one in prompts]
    together = [until_end(one) for one in answers(prompts)]
    if alone != together:
        yield f"answers of a batch: {together}, expected {alone}"
    cut = tokenizer(prompts[1], truncation=True, max_length=8)["input_ids"]
    whole = tokenizer(prompts[1])["input_ids"]
    if cut != whole[:1] + whole[-7:]:
        yield f"a cut prompt: {cut}, of {whole}"


def differences_of_card(folder):
    """The head of the model card, and its Python, as a reader would run it: in the folder. Its intent would end it."""
    import yaml
    from huggingface_hub import ModelCard

    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
        text = file.read()
    head = yaml.safe_load(text.split("---\n")[1])
    if ModelCard(text).data.to_dict() != head or head["license"] != "apache-2.0" or "udrl" not in head["tags"]:
        yield f"the head of the card: {head}, {ModelCard(text).data.to_dict()}"
    os.chdir(folder)
    exec(text.split("```python\n")[1].split("\n```")[0], {})


def main():
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if sys.argv[1] == "--available":
        return 0
    folder = sys.argv[1]
    with open(sys.argv[2], encoding="utf-8") as file:
        expected = json.load(file)
    model = AutoModelForCausalLM.from_pretrained(folder)
    found = list(differences(AutoTokenizer.from_pretrained(folder), model.eval(), expected))
    found += differences_of_card(folder)
    for line in found[:10]:
        print(line)
    print(f"{len(expected['texts'])} texts, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
