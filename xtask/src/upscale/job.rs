//! One picture: what it takes, and its way from file to file.

use std::{
    io::BufWriter,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use plumage_imaging::{
    ImagingError,
    picture::{self, Picture, RowReader},
    readable,
};
use plumage_models::enlarger::{Band, Enlarger, Shape};
use plumage_record::{Purpose, commit::Draft};

use super::Task;
use crate::{failure::Failure, interrupt::Interrupt};

/// A picture whose header has been read.
pub(crate) struct Job {
    /// Which file becomes which.
    pub(crate) task: Task,
    /// The file as it is.
    pub(crate) picture: Picture,
    /// The file as it will be.
    pub(crate) enlarged: Picture,
    /// Bytes of memory that it takes, about.
    pub(crate) bytes: u64,
    /// How it is done.
    pub(crate) way: Way,
}

/// How a picture goes through the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// So many rows at a time.
    Rows(usize),
    /// All at once, in eight orientations.
    Ensemble,
}

impl Job {
    /// Reads the header of the picture; with `ensemble` it goes through the network in eight orientations. Where it would
    /// take more than `limit` bytes, it goes in fewer rows at a time.
    ///
    /// # Errors
    /// A file that is no picture, or that its format has no room for when it is enlarged.
    pub(crate) fn new(task: Task, enlarger: &Enlarger, ensemble: bool, limit: u64) -> Result<Self, Failure> {
        let (picture, _) = picture::open(&task.input)?;
        let enlarged = picture.enlarged(enlarger.scale(), &task.input)?;
        let mut job = Self { task, picture, enlarged, bytes: 0, way: Way::Ensemble };
        if ensemble {
            job.bytes = job.bytes_whole(enlarger, true)?;
            return Ok(job);
        }
        // Rows that become about so many pixels keep the processor busy, and with so few multiplications they end soon enough
        // for a signal.
        const PIXELS: usize = 27 << 17;
        const MACS: u64 = 10_000_000_000;
        let pixels = (MACS / enlarger.macs_per_hr_pixel().max(1)).min(PIXELS as u64) as usize;
        let mut rows = (pixels / job.enlarged.width / enlarger.scale()).clamp(4, 48);
        // Winograd's tiles are six rows high: twelve give two threads the same work.
        if rows > 12 {
            rows -= rows % 12;
        }
        loop {
            (job.way, job.bytes) = (Way::Rows(rows), job.bytes_by_rows(enlarger, rows)?);
            if job.bytes <= limit || rows == 1 {
                return Ok(job);
            }
            rows /= 2;
        }
    }

    /// The picture as the network is asked for it.
    pub(crate) fn shape(&self) -> Shape {
        let Picture { height, width, pixel, .. } = self.picture;
        Shape { height, width, pixel }
    }

    /// Bytes of both files' pixels that are in memory, and of rows on their way.
    fn bytes_of_files(&self, rows: usize) -> u64 {
        /// What decoders and encoders hold apart from pixels.
        const BUFFERS: u64 = 4 << 20;
        /// Batches that are composed, wait to be written, or are, and one that has been freed.
        const BATCHES: usize = 4;
        /// Rows that encoders hold, with filters and bytes.
        const ENCODER_ROWS: usize = 24;
        let batch = rows * self.enlarged.height / self.picture.height;
        let held = (BATCHES * batch + ENCODER_ROWS) * self.enlarged.row_len() * size_of::<u16>();
        BUFFERS + held as u64 + self.picture.held_bytes() + self.enlarged.written_bytes()
    }

    fn bytes_by_rows(&self, enlarger: &Enlarger, rows: usize) -> Result<u64, Failure> {
        let enlarging = enlarger.bytes(self.shape(), rows).map_err(|error| self.failed(&error))?;
        Ok(enlarging.saturating_add(self.bytes_of_files(rows)))
    }

    /// Bytes that the whole picture takes at once, with both files.
    ///
    /// # Errors
    /// What the network reports of such a picture.
    pub(crate) fn bytes_whole(&self, enlarger: &Enlarger, ensemble: bool) -> Result<u64, Failure> {
        let whole = enlarger.whole_bytes(self.shape(), ensemble).map_err(|error| self.failed(&error))?;
        Ok(whole.saturating_add(self.bytes_of_files(1)))
    }

    fn failed(&self, error: &candle_core::Error) -> Failure {
        Failure::internal(format!("{}: {error}", readable(&self.task.input)))
    }

    /// Enlarges the picture and writes it, whole or not at all. `see` is shown all samples in the order in which they are
    /// written.
    ///
    /// # Errors
    /// A file that is corrupt or has changed, an output that cannot be written, and a signal.
    pub(crate) fn run(
        &self,
        enlarger: &Enlarger,
        interrupt: &Interrupt,
        see: &mut (dyn FnMut(&[u16]) + Send),
    ) -> Result<(), Failure> {
        let (picture, mut reader) = picture::open(&self.task.input)?;
        let Picture { width, height, pixel, .. } = self.picture;
        if (picture.width, picture.height, picture.pixel) != (width, height, pixel) {
            return Err(Failure::in_image(&readable(&self.task.input), "it has just been changed"));
        }
        // Each of these takes as long as some networks, so all go on at once: reading, the network, what is composed of its
        // output, and writing.
        let (send_rows, rows) = sync_channel(1);
        let (send_bands, bands) = sync_channel::<Band>(1);
        let (send_batches, batches) = sync_channel(1);
        let (read, made, composed, written) = thread::scope(|scope| {
            let reader = scope.spawn(move || self.read(reader.as_mut(), &send_rows));
            let maker = scope.spawn(move || self.make(enlarger, rows, interrupt, &send_bands));
            // It ends when there are no more bands, or nobody listens.
            let composer =
                scope.spawn(move || bands.iter().try_for_each(|band| send_batches.send(band.compose())));
            // A picture that cannot be read leaves the output folder as it is.
            let written = batches.recv().ok().map(|batch| {
                see(&batch);
                let path = &self.task.input;
                self.write(Batches { receiver: batches, batch, next: 0, path, interrupt, see })
            });
            (reader.join(), maker.join(), composer.join(), written)
        });
        // Who stopped first knows why; the others only see that nothing comes or goes any more. A thread that panicked, in a
        // decoder perhaps, takes this picture with it and no other.
        if read.is_err() || composed.is_err() {
            return Err(Failure::internal(format!("{}: a thread panicked", readable(&self.task.input))));
        }
        match (made, written) {
            (Ok(Err(Stopped::Because(failure))), _) => Err(failure),
            (Ok(Ok(()) | Err(Stopped::NobodyListens)), Some(written)) => {
                // After a signal the rows end, and with them the encoder.
                interrupt.check()?;
                Ok(written?.commit()?)
            }
            _ => Err(Failure::internal("a picture was left at a place that is never reached")),
        }
    }

    /// Writes all rows into a file that has not got its name yet.
    fn write(&self, mut rows: Batches) -> Result<Draft, Failure> {
        let mut draft = Draft::begin(Purpose::Enlarged, &self.task.output)?;
        // The rows of a large picture are longer, and need no copy.
        let mut out = BufWriter::with_capacity(1 << 16, &mut draft);
        picture::write(&self.enlarged, &mut rows, &mut out, &self.task.output)?;
        out.into_inner().map_err(|error| ImagingError::Write {
            path: self.task.output.clone(),
            source: image::ImageError::IoError(error.into_error()),
        })?;
        Ok(draft)
    }

    /// Reads all rows, as many at a time as go through the network.
    fn read(&self, reader: &mut dyn RowReader, sender: &SyncSender<Result<Vec<u16>, ImagingError>>) {
        let Picture { height, .. } = self.picture;
        let row_len = self.picture.row_len();
        let at_a_time = match self.way {
            Way::Rows(rows) => rows,
            Way::Ensemble => height,
        };
        for first in (0..height).step_by(at_a_time) {
            let mut samples = vec![0; at_a_time.min(height - first) * row_len];
            let read =
                samples.chunks_exact_mut(row_len).try_for_each(|row| reader.read(row)).map(|()| samples);
            let failed = read.is_err();
            if sender.send(read).is_err() || failed {
                return;
            }
        }
    }

    fn make(
        &self,
        enlarger: &Enlarger,
        read: Receiver<Result<Vec<u16>, ImagingError>>,
        interrupt: &Interrupt,
        sender: &SyncSender<Band>,
    ) -> Result<(), Stopped> {
        let internal = |error| Stopped::Because(self.failed(&error));
        let send = |band| sender.send(band).map_err(|_| Stopped::NobodyListens);
        let mut enlargement = match self.way {
            Way::Rows(rows) => Some(enlarger.rows(self.shape(), rows).map_err(internal)?),
            Way::Ensemble => None,
        };
        for rows in read {
            interrupt.check().map_err(Stopped::Because)?;
            let rows = rows.map_err(|error| Stopped::Because(error.into()))?;
            match &mut enlargement {
                Some(enlargement) => {
                    enlargement.push(&rows).map_err(internal)?;
                    while let Some(band) = enlargement.next_band() {
                        send(band)?;
                    }
                }
                None => send(enlarger.whole(&rows, self.shape(), true).map_err(internal)?)?,
            }
        }
        Ok(())
    }
}

/// Why no more rows are made.
enum Stopped {
    Because(Failure),
    NobodyListens,
}

/// The rows of an enlarged picture, as they are made.
struct Batches<'a> {
    receiver: Receiver<Vec<u16>>,
    batch: Vec<u16>,
    /// The next sample of it.
    next: usize,
    path: &'a Path,
    interrupt: &'a Interrupt,
    see: &'a mut (dyn FnMut(&[u16]) + Send),
}

impl RowReader for Batches<'_> {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        let gone = || ImagingError::Truncated { path: self.path.to_owned() };
        if self.interrupt.requested() {
            return Err(gone());
        }
        if self.next == self.batch.len() {
            // The memory of the last batch goes before the next one comes.
            self.batch = Vec::new();
            self.batch = self.receiver.recv().map_err(|_| gone())?;
            self.next = 0;
            (self.see)(&self.batch);
        }
        row.copy_from_slice(&self.batch[self.next..][..row.len()]);
        self.next += row.len();
        Ok(())
    }
}
