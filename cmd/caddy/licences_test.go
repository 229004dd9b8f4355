package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// licences are told by words that only they have. What is not listed may not be
// linked into the gateway before a person has read it.
var licences = []struct{ name, words string }{
	{name: "Apache-2.0", words: "Apache License"},
	{name: "MIT", words: "Permission is hereby granted, free of charge"},
	{name: "BSD", words: "Redistribution and use in source and binary forms"},
	{name: "ISC", words: "Permission to use, copy, modify, and/or distribute this software"},
	{name: "ISC", words: "Permission to use, copy, modify, and distribute this software"},
	{name: "MPL-2.0", words: "Mozilla Public License"},
	{name: "CC0-1.0", words: "CC0 1.0 Universal"},
	{name: "Unlicense", words: "This is free and unencumbered software"},
}

// forbidden are those whose conditions the gateway's own licence cannot keep.
var forbidden = []string{"GNU GENERAL PUBLIC LICENSE", "GNU AFFERO", "GNU LESSER", "Business Source License", "Server Side Public License"}

func TestLicencesOfWhatIsLinked(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		module, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || seen[module] {
			continue
		}
		seen[module] = true
		if name := licenceOf(t, dir); name == "" {
			t.Errorf("%s has no licence that is known to fit", module)
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d modules were looked at", len(seen))
	}
}

// licenceOf is the licence in a module's directory; empty if there is none that
// fits.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	var texts []string
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "License*", "license*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, strings.Join(strings.Fields(string(text)), " "))
		}
	}
	all := strings.Join(texts, "\n")
	for _, words := range forbidden {
		if strings.Contains(all, words) {
			return ""
		}
	}
	for _, l := range licences {
		if strings.Contains(all, l.words) {
			return l.name
		}
	}
	return ""
}
