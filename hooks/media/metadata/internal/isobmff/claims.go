package isobmff

import (
	"slices"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// maxClaims is the number of pieces of media data that are held at once, 16 MiB in memory. Half of it is more than the
// frames of two hours of video, each of which would have to lie on its own.
const maxClaims = 1 << 20

// claim notes a piece of media data that is needed to show the file. Of a piece that ends behind the file, as in a
// recording that was cut off, the part that is there.
func (c *cleaner) claim(piece span) error {
	piece.end = min(piece.end, c.Size)
	if piece.at >= piece.end {
		return nil
	}
	c.claimed += piece.end - piece.at
	if n := len(c.kept); n > 0 && c.kept[n-1].end == piece.at {
		c.kept[n-1].end = piece.end
		return nil
	}
	if len(c.kept) == maxClaims {
		if c.kept = c.kept.merged(); len(c.kept) > maxClaims/2 {
			return edit.Unclean("its media data is in too many pieces")
		}
	}
	c.kept = append(c.kept, piece)
	return nil
}

// refuseLost refuses a piece of data to remove that would not be removed: because it also belongs to what is kept, or
// because it is not where media data is.
func (c *cleaner) refuseLost(piece span) error {
	switch {
	case piece.at == piece.end:
		return nil
	case piece.end > c.Size:
		return edit.Unclean("a sample is not in the file")
	case c.kept.overlap(piece):
		return edit.Unclean("data to remove is also data to keep")
	case !c.mediaData.contain(piece):
		return edit.Unclean("data to remove is not where media data is")
	}
	return nil
}

// claimAll reads which media data is needed: that of video and sound, and of image items. It refuses a file without
// any picture.
func (c *cleaner) claimAll(t layout) error {
	if t.movie.kind != "" {
		if err := c.readTracks(t.movie); err != nil {
			return err
		}
		if c.video && len(c.tracks) > 0 && !slices.ContainsFunc(c.tracks, track.visual) {
			return edit.Unclean("it has no track of pictures")
		}
	}
	if err := c.readItems(t.images); err != nil {
		return err
	}
	pictures := false
	err := c.eachSampleRange(t, false, func(one *track, piece span) error {
		pictures = pictures || one.visual() && piece.at < min(piece.end, c.Size)
		return c.claim(piece)
	})
	if err != nil {
		return err
	}
	err = c.eachExtent(func(id uint32, e extent) error {
		if !imageItems[c.items[id]] {
			return nil
		}
		if e.external {
			return edit.Unclean("an item's data is in an unusual place")
		}
		pictures = pictures || !c.video && e.at < e.end
		return c.claim(e.span)
	})
	if err != nil {
		return err
	}
	if !pictures {
		return edit.Unclean("it has no pictures")
	}
	c.kept = c.kept.merged()
	for _, piece := range c.kept {
		c.claimed -= piece.end - piece.at
	}
	c.shared = c.claimed > 0
	return nil
}

// checkRemoved makes sure that the data of removed tracks and items is removed with all that is not claimed.
func (c *cleaner) checkRemoved(t layout) error {
	err := c.eachExtent(func(id uint32, e extent) error {
		if imageItems[c.items[id]] {
			return nil
		}
		return c.checkItem(c.items[id], e)
	})
	if err != nil || !slices.ContainsFunc(c.tracks, track.removed) {
		return err
	}
	return c.eachSampleRange(t, true, func(_ *track, piece span) error { return c.refuseLost(piece) })
}

// eachSampleRange calls do for the media data of the removed tracks, or of the kept ones.
func (c *cleaner) eachSampleRange(t layout, removed bool, do func(*track, span) error) error {
	for i := range c.tracks {
		one := &c.tracks[i]
		if one.removed() != removed {
			continue
		}
		err := c.eachChunk(*one, func(chunk samplesAt) error {
			length, err := chunk.length()
			if err != nil {
				return err
			}
			return do(one, c.place(chunk.at, length))
		})
		if err != nil {
			return err
		}
	}
	if !t.fragments {
		return nil
	}
	return c.eachFragmentRun(t.end, func(one *track, run samplesAt) error {
		length, err := run.length()
		if err != nil || one.removed() != removed {
			return err
		}
		return do(one, c.place(run.at, length))
	})
}

// eraseUnclaimed overwrites all media data that nothing kept needs: data of removed tracks and items, what a camera
// left there without a track, and what lies between samples.
func (c *cleaner) eraseUnclaimed() error {
	erase := func(gap span) error { return c.Zero(gap.at, gap.end-gap.at) }
	if idat := c.lists["idat"]; idat.kind != "" {
		if err := c.kept.eachGap(span{idat.body, idat.end}, erase); err != nil {
			return err
		}
	}
	for _, data := range c.mediaData {
		if err := c.kept.eachGap(data, erase); err != nil {
			return err
		}
	}
	for _, at := range c.emptiedEXIF {
		if err := c.Overwrite(at, append([]byte{0, 0, 0, 0}, emptyEXIF...)); err != nil {
			return err
		}
	}
	return nil
}
