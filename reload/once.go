package reload

import "fmt"

// ReadOnce reads what a source at path would be made of, by the same rules of
// membership and with the same limits as [Open], but at once: it waits for no
// writer, and proves nothing about one. It is for programs that look at a source
// someone has just saved.
func ReadOnce(path string, o Options) (Content, error) {
	path, err := absolute(path)
	if err != nil {
		return Content{}, fmt.Errorf("reading %s: %w", path, err)
	}
	o = o.withDefaults()
	for range maxRenamings {
		c, err := readNow(path, &o)
		if err != nil || !o.name(c.Files) {
			return c, err
		}
	}
	return Content{}, obstacleMoved
}

// readNow reads the files that are known to belong to the source.
func readNow(path string, o *Options) (Content, error) {
	r := &reader{path: path, o: o}
	p := locate(path, o)
	if p.err != nil {
		return Content{}, p.err
	}
	files, err := r.open(p)
	defer r.release(files)
	if err != nil {
		return Content{}, err
	}
	c := Content{Path: path, Dir: p.dir, Files: make([]File, len(files))}
	for i := range files {
		data, err := r.content(&files[i])
		if err != nil {
			return Content{}, fmt.Errorf("%s: %w", files[i].path, err)
		}
		c.Files[i] = File{Name: files[i].name, Data: data}
	}
	return c, nil
}
