//! A picture that is enlarged while its rows come in.

use std::sync::Arc;

use candle_core::{Result, bail};
use plumage_imaging::{flat, invisible, resize::RowEnlarger};

use super::{Enlarger, Shape, View, compose::Band, window::Window};
use crate::{Grid, PictureStream};

/// One picture on its way, from its top to its bottom.
pub struct Enlargement {
    shape: Shape,
    view: View,
    stream: Box<dyn PictureStream>,
    bicubic: Arc<RowEnlarger>,
    /// Rows as they came, where invisible pixels have to be filled from rows that are still to come.
    came: Rows,
    /// Rows as the network sees them.
    lr: Rows,
    /// How many of them the network has seen.
    seen: usize,
    /// How many of them have been enlarged.
    done: usize,
    /// HR rows that the network has made beyond those.
    sr: Vec<f32>,
    rows_at_a_time: usize,
}

impl Enlargement {
    pub(super) fn new(enlarger: &Enlarger, shape: Shape, rows_at_a_time: usize) -> Result<Self> {
        let view = enlarger.view;
        let (came, lr) = (Rows::new(shape.row_len()), Rows::new(shape.row_len()));
        Ok(Self {
            shape,
            view,
            stream: enlarger.model.stream(view.size(shape, rows_at_a_time))?,
            bicubic: Arc::new(RowEnlarger::new(shape.height, shape.width, view.scale)),
            came,
            lr,
            seen: 0,
            done: 0,
            sr: Vec::new(),
            rows_at_a_time: rows_at_a_time.max(1),
        })
    }

    /// Takes the next rows, `[rows, W, samples]`; what they make known, [`Enlargement::next_band`] gives.
    ///
    /// # Errors
    /// Values that are no whole rows, and rows below the last one of the picture.
    pub fn push(&mut self, rows: &[u16]) -> Result<()> {
        let Self { shape: Shape { height, .. }, .. } = *self;
        self.came.samples.extend_from_slice(rows);
        if !rows.len().is_multiple_of(self.came.row_len) || self.came.end() > height {
            bail!("{} samples are no whole rows, or more than the picture has", rows.len());
        }
        self.fill();
        self.show()
    }

    /// The next rows that are known, about as many as came at a time; after the last row all are.
    pub fn next_band(&mut self) -> Option<Band> {
        let Self { shape: Shape { height, width, .. }, view: View { scale, channels, .. }, done, .. } = *self;
        let sr_row_len = width * channels.count() * scale * scale;
        let made = done + self.sr.len() / sr_row_len;
        let surrounded = rows_before(self.lr.end(), height, flat::REACH);
        let end = made.min(surrounded).min(done + self.rows_at_a_time);
        if end <= done {
            return None;
        }
        let first = done.saturating_sub(flat::REACH);
        let window = self.lr.range(first..(end + flat::REACH).min(height)).to_vec();
        let rest = self.sr.split_off((end - done) * sr_row_len);
        self.done = end;
        self.lr.forget_before(end.min(self.seen).saturating_sub(flat::REACH));
        Some(Band {
            view: self.view,
            shape: self.shape,
            bicubic: Arc::clone(&self.bicubic),
            window,
            first,
            wanted: done..end,
            sr: std::mem::replace(&mut self.sr, rest),
        })
    }

    /// Makes rows that came ready for the network: those whose invisible pixels are known.
    fn fill(&mut self) {
        let Shape { height, width, pixel } = self.shape;
        let reach = if pixel.alpha { invisible::REACH } else { 0 };
        let (ready, end) = (self.lr.end(), rows_before(self.came.end(), height, reach));
        if end <= ready {
            return;
        }
        let first = ready.saturating_sub(reach);
        let mut filled = self.came.range(first..self.came.end()).to_vec();
        invisible::fill(&mut filled, width, pixel);
        let row_len = self.came.row_len;
        self.lr.samples.extend_from_slice(&filled[(ready - first) * row_len..(end - first) * row_len]);
        self.came.forget_before(end.saturating_sub(reach));
    }

    /// Shows the network what it has not seen.
    fn show(&mut self) -> Result<()> {
        let reach = if self.view.grid == Grid::Hr { flat::REACH } else { 0 };
        let end = rows_before(self.lr.end(), self.shape.height, reach);
        if end <= self.seen {
            return Ok(());
        }
        let scale = self.view.scale;
        let input = |rows: std::ops::Range<usize>| {
            Window::input(self.view.channels, self.lr.range(rows.clone()), rows.start, self.shape)
        };
        let xs = match self.view.grid {
            Grid::Lr => input(self.seen..end).interleaved(),
            Grid::Hr => {
                let enlarged = self.seen * scale..end * scale;
                input(self.bicubic.sources(enlarged.clone())).enlarged(&self.bicubic, enlarged)
            }
        };
        self.stream.push(&xs, &mut self.sr)?;
        self.seen = end;
        Ok(())
    }
}

/// Of a picture of `height` rows, of which those before `end` are there, the rows that have `reach` rows below them, or
/// all.
fn rows_before(end: usize, height: usize, reach: usize) -> usize {
    if end == height { height } else { end.saturating_sub(reach) }
}

/// Neighbouring rows of a picture.
struct Rows {
    samples: Vec<u16>,
    row_len: usize,
    first: usize,
}

impl Rows {
    fn new(row_len: usize) -> Self {
        Self { samples: Vec::new(), row_len, first: 0 }
    }

    fn end(&self) -> usize {
        self.first + self.samples.len() / self.row_len
    }

    fn range(&self, rows: std::ops::Range<usize>) -> &[u16] {
        &self.samples[(rows.start - self.first) * self.row_len..(rows.end - self.first) * self.row_len]
    }

    fn forget_before(&mut self, row: usize) {
        let row = row.clamp(self.first, self.end());
        self.samples.drain(..(row - self.first) * self.row_len);
        self.first = row;
    }
}
