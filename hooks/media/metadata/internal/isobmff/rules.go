package isobmff

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// rule cleans a box: it keeps the box, overwrites parts of it or frees it.
type rule func(c *cleaner, b box) error

// rules are an allow-list of boxes by kind. A box without a rule becomes free space.
type rules map[string]rule

// apply cleans a box by its rule.
func (c *cleaner) apply(known rules, b box) error {
	if do, ok := known[b.kind]; ok {
		return do(c, b)
	}
	return c.free(b)
}

// keepBox is the rule that keeps a box as it is.
func keepBox(*cleaner, box) error { return nil }

// keep adds rules that keep boxes of the given kinds, which spaces separate.
func (known rules) keep(kinds string) rules {
	for kind := range edit.SetOf(kinds) {
		known[kind] = keepBox
	}
	return known
}

// children returns the rule that keeps a box and cleans its children, which follow own bytes of other fields.
func children(own int64, known rules) rule {
	return func(c *cleaner, b box) error { return c.applyAll(b.skip(own), known) }
}

// applyAll cleans the children of a box.
func (c *cleaner) applyAll(b box, known rules) error {
	return c.eachZeroingPadding(b, func(inner box) error { return c.apply(known, inner) })
}

// eachZeroingPadding calls do for all boxes in another and zeroes the padding after them.
func (c *cleaner) eachZeroingPadding(b box, do func(box) error) error {
	end := b.body
	err := c.each(b, func(inner box) error {
		end = inner.end
		return do(inner)
	})
	if err != nil {
		return err
	}
	return c.Zero(end, b.end-end)
}

// blank returns the rule that zeroes n bytes from an offset in a box's content, or all up to its end when n is
// negative.
func blank(from, n int64) rule {
	return func(c *cleaner, b box) error {
		at := min(b.body+from, b.end)
		if n < 0 || n > b.end-at {
			return c.Zero(at, b.end-at)
		}
		return c.Zero(at, n)
	}
}

// zeroDates zeroes the creation and modification times in mvhd, tkhd and mdhd.
func zeroDates(c *cleaner, b box) error {
	version, err := c.content(b, 1)
	if err != nil {
		return err
	}
	length := int64(8)
	if version[0] == 1 {
		length = 16
	}
	return blank(4, length)(c, b)
}

// neutralizeBrands replaces the brands that name a vendor with the major brand, or "isom" if that is one of them.
func neutralizeBrands(c *cleaner, b box) error {
	head, err := c.content(b, 8)
	if err != nil {
		return err
	}
	neutral := "isom"
	if isStandardBrand(string(head[:4])) {
		neutral = string(head[:4])
	}
	for at := b.body; at+4 <= b.end; at += 4 {
		brand, err := c.Bytes(at, 4)
		if err != nil {
			return err
		}
		if at == b.body+4 || isStandardBrand(string(brand)) { // the second word is the version
			continue
		}
		if err := c.Overwrite(at, []byte(neutral)); err != nil {
			return err
		}
	}
	return nil
}

// standardBrands are the brands of standards, with "_" for a space.
var standardBrands = edit.SetOf("isom avc1 mp41 mp42 mp71 qt__ M4V_ M4A_ M4VH M4VP dash dsms msdh cmfc cmf2 cmfs hlsf iso2 " +
	"heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 miaf MiHB MiHE MiHA MiPr MiAn MiCm avif avio avis MA1A MA1B " +
	"av01 tmap 1pic geo1 unif jpeg jpgs j2ki vvic dby1 hvc1 hev1 opus mp4v")

// isStandardBrand reports whether a brand stands for a standard and not for a vendor.
func isStandardBrand(brand string) bool {
	name := []byte(brand)
	for i, letter := range name {
		if letter == ' ' {
			name[i] = '_'
		}
	}
	switch brand[:3] {
	case "iso", "3gp", "3gr", "3gs", "3ge", "3gg", "3gh", "3g2":
		return true
	}
	return standardBrands[string(name)] || brand == "\x00\x00\x00\x00"
}
