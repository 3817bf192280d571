// Renders the template of a Modelfile as Ollama does (text/template, missingkey=zero) for chats in JSON and compares.
// Called by modelfile_test.cpp where there is a go. Not for: Ollama itself.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

type message struct{ Role, Content string }

type chat struct {
	About, Prompt, Refusal string
	Messages               []message
}

func main() {
	modelfile, _ := os.ReadFile(os.Args[1])
	source := strings.Split(string(modelfile), `"""`)[1]
	cases, _ := os.ReadFile(os.Args[2])
	var chats []chat
	if err := json.Unmarshal(cases, &chats); err != nil {
		panic(err)
	}
	program := template.Must(template.New("").Option("missingkey=zero").Parse(source))
	failures := 0
	for _, c := range chats {
		var out strings.Builder
		err := program.Execute(&out, map[string]any{"Messages": c.Messages, "System": "", "Response": ""})
		got := out.String()
		if err != nil {
			got = err.Error()
		}
		if (c.Refusal == "" && got != c.Prompt) || (c.Refusal != "" && !strings.Contains(got, c.Refusal)) {
			failures++
			fmt.Printf("%s: %q, expected %q%q\n", c.About, got, c.Prompt, c.Refusal)
		}
	}
	fmt.Printf("%d chats, %d differences\n", len(chats), failures)
	if failures > 0 || len(chats) == 0 {
		os.Exit(1)
	}
}
