package strategy

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A file system that ignores case finds a zone by a name in another case, and most do not.
func TestAZoneInAnotherCaseIsRefused(t *testing.T) {
	const found = "FOUND_BY_ITS_FILE"
	names := []string{"Asia/SHANGHAI", "Asia/shanghai", "ASIA/Shanghai", "America/Port-Au-Prince", "Utc"}
	if os.Getenv(found) == "" {
		dir := t.TempDir()
		for _, name := range names {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, zoneFile(t, "Asia/Shanghai"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestAZoneInAnotherCaseIsRefused$", "-test.v")
		cmd.Env = append(os.Environ(), found+"=1", "ZONEINFO="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "--- PASS") != 1+len(names) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			_, reason, hint := loadZone(name)
			if want := "did you mean " + zoneLike(func(known string) bool { return strings.EqualFold(known, name) }) + "?"; reason != "is not an IANA time zone" || hint != want {
				t.Errorf("%q (%s), want it refused (%s)", reason, hint, want)
			}
		})
	}
}

// zoneFile is the file of a zone in the database of Go.
func zoneFile(t *testing.T, name string) []byte {
	t.Helper()
	for _, f := range zoneFiles(t).File {
		if f.Name != name {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	t.Fatalf("there is no %s", name)
	return nil
}

func zoneFiles(t *testing.T) *zip.ReadCloser {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	return files
}

func TestZoneNamesAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	in := make(map[string]bool)
	for _, f := range zoneFiles(t).File {
		if reason, _ := zoneOfMachine(f.Name); reason != "" || strings.HasSuffix(f.Name, "/") {
			continue
		}
		in[f.Name] = true
		if _, reason, hint := loadZone(f.Name); reason != "" {
			t.Errorf("%s %s (%s)", f.Name, reason, hint)
		}
	}
	for name := range strings.FieldsSeq(zoneNames) {
		if !in[name] {
			t.Errorf("the database of Go has no %s", name)
		}
	}
}
