package isobmff

import (
	"encoding/binary"
	"slices"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// maxTracks is more tracks than a video has.
const maxTracks = 128

// track is one track of a movie.
type track struct {
	box
	id      uint32
	handler string
	table   box // stbl
	// sampleSize is the default sample size in its fragments.
	sampleSize uint32
}

// visual reports whether a track shows images.
func (t track) visual() bool {
	return t.handler == "vide" || t.handler == "auxv" || t.handler == "pict"
}

// removed reports whether a track is to be removed, as all are but video and audio: positions, sensors (GoPro's,
// Android's, Apple's), time codes, and subtitles, in which drones write their position.
func (t track) removed() bool { return !t.visual() && t.handler != "soun" }

// readTracks reads the list of tracks.
func (c *cleaner) readTracks(moov box) error {
	err := c.each(moov, func(b box) error {
		switch b.kind {
		case "trak":
			if len(c.tracks) == maxTracks {
				return edit.Unclean("it has too many tracks")
			}
			t, err := c.readTrack(b)
			c.tracks = append(c.tracks, t)
			return err
		case "meta":
			return c.refuseItems(b)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.each(moov, func(b box) error {
		if b.kind != "mvex" {
			return nil
		}
		return c.each(b, c.readFragmentDefaults)
	})
}

// readTrack reads the ID, the handler and the place of the sample table of a track.
func (c *cleaner) readTrack(b box) (track, error) {
	t := track{box: b}
	parts, err := c.find(b, "tkhd", "mdia")
	if err != nil {
		return t, err
	}
	head, err := c.content(parts["tkhd"], 24)
	if err != nil {
		return t, err
	}
	t.id = binary.BigEndian.Uint32(head[12:])
	if head[0] == 1 {
		t.id = binary.BigEndian.Uint32(head[20:])
	}
	if slices.ContainsFunc(c.tracks, func(other track) bool { return other.id == t.id }) {
		return t, edit.Unclean("two tracks have one number")
	}
	media, err := c.find(parts["mdia"], "hdlr", "minf")
	if err != nil {
		return t, err
	}
	handler, err := c.content(media["hdlr"], 12)
	if err != nil {
		return t, err
	}
	t.handler = string(handler[8:12])
	information, err := c.find(media["minf"], "stbl")
	t.table = information["stbl"]
	return t, err
}

// readFragmentDefaults reads the default size of a track's samples in fragments.
func (c *cleaner) readFragmentDefaults(b box) error {
	if b.kind != "trex" {
		return nil
	}
	head, err := c.content(b, 20)
	if err != nil {
		return err
	}
	if t := c.trackByID(binary.BigEndian.Uint32(head[4:])); t != nil {
		t.sampleSize = binary.BigEndian.Uint32(head[16:])
	}
	return nil
}

// trackByID returns the track with that ID; nil if there is none.
func (c *cleaner) trackByID(id uint32) *track {
	for i := range c.tracks {
		if c.tracks[i].id == id {
			return &c.tracks[i]
		}
	}
	return nil
}

// handlerAt returns the handler of the track whose box contains an offset.
func (c *cleaner) handlerAt(at int64) string {
	for _, t := range c.tracks {
		if at > t.at && at < t.end {
			return t.handler
		}
	}
	return ""
}

// removedTrackAt reports whether the ID at an offset is that of a removed track, or of none.
func (c *cleaner) removedTrackAt(at int64) (bool, error) {
	b, err := c.Bytes(at, 4)
	if err != nil {
		return false, err
	}
	t := c.trackByID(binary.BigEndian.Uint32(b))
	return t == nil || t.removed(), nil
}

// ofRemovedTrack does the same for the ID after the version and flags of a full box.
func (c *cleaner) ofRemovedTrack(b box) (bool, error) {
	if _, err := c.content(b, 8); err != nil {
		return false, err
	}
	return c.removedTrackAt(b.body + 4)
}
