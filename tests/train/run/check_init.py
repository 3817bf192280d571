"""Saves a student's folder again with transformers, and says what it loses on given ids. Called by transformers_test.cpp.

Usage: check_init.py --available | check_init.py FOLDER SAVED IDS...
Writes SAVED (model and tokenizer, as save_pretrained leaves them) and SAVED/loss.json: {"loss": mean over all ids but the first}.
"""
import json
import os
import sys


def main():
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if sys.argv[1] == "--available":
        return 0
    folder, saved, ids = sys.argv[1], sys.argv[2], torch.tensor([[int(id) for id in sys.argv[3:]]])
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    model.save_pretrained(saved)
    AutoTokenizer.from_pretrained(folder).save_pretrained(saved)
    again = AutoModelForCausalLM.from_pretrained(saved).eval()
    with torch.no_grad():
        loss = again(input_ids=ids, labels=ids).loss.item()
    with open(os.path.join(saved, "loss.json"), "w", encoding="utf-8") as file:
        json.dump({"loss": loss}, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
