//! Batches of patches, prepared ahead by worker threads and the same for any number of them.

use std::{sync::Arc, thread};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::{
    DataError, Dataset, Recipe,
    source::{Source, Window},
};

/// What one step of an optimizer sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The step, counted from 0 over all epochs.
    pub step: u64,
    /// The epoch, counted from 0.
    pub epoch: u64,
    /// What the network sees, row-major, in [0, 1] up to what the resize and noise overshoot.
    pub input: Vec<f32>,
    /// `[B, C, h, w]`.
    pub input_shape: [usize; 4],
    /// The HR patches, row-major, in [0, 1].
    pub target: Vec<f32>,
    /// `[B, C, H, W]`.
    pub target_shape: [usize; 4],
}

/// All batches of a run: a function from the step to the batch.
///
/// In every epoch each image gives its patches once, the images in another order; the patches of a pool of images are
/// shuffled together. Batches are consecutive runs of patches, across pools too, and the last batch of an epoch holds
/// what is left.
pub struct Batches {
    source: Arc<Source>,
}

impl Batches {
    /// Prepares for batches from the images of `dataset`: looks at their sizes, decodes none.
    ///
    /// # Errors
    /// When the recipe breaks a rule of [`Recipe::validate`], and when no image is large enough for a patch.
    pub fn new(dataset: Arc<dyn Dataset>, recipe: Recipe) -> Result<Self, DataError> {
        if let Some((path, message)) = recipe.validate().into_iter().next() {
            return Err(DataError::Config { path, message });
        }
        Ok(Batches { source: Arc::new(Source::new(dataset, recipe)?) })
    }

    /// The batches from `step` on, without end. To start late costs no more than to start at 0.
    pub fn start_at(&self, step: u64) -> BatchStream {
        let window = Arc::new(Window::default());
        let workers = self.source.recipe.batches.workers as u64;
        let workers = (0..workers).map(|worker| Worker::start(&self.source, &window, step + worker, workers));
        BatchStream {
            workers: workers.collect(),
            source: Arc::clone(&self.source),
            window,
            start: step,
            step: Some(step),
        }
    }

    /// Steps of an epoch, that of its smaller last batch included.
    pub fn steps_per_epoch(&self) -> u64 {
        self.source.steps_per_epoch()
    }

    /// Patches of an epoch.
    pub fn patches_per_epoch(&self) -> u64 {
        self.source.variants.patches
    }

    /// Memory that their preparation takes, at most.
    pub fn bytes(&self) -> u64 {
        self.source.bytes()
    }

    /// The names of the images that the batch of `step` has patches of, each once; none is read for it.
    pub fn images_of(&self, step: u64) -> Vec<String> {
        self.source.images_of(step).into_iter().map(|image| self.source.dataset.name(image)).collect()
    }

    /// How many images are too small for a patch at every rescale, and so are never used.
    pub fn unused_images(&self) -> usize {
        self.source.variants.unused_images
    }
}

/// Batches in the order of their steps. Ends after an error only; dropping it stops its workers.
pub struct BatchStream {
    source: Arc<Source>,
    window: Arc<Window>,
    /// Each makes every so many-th batch, so that the consumer takes from one after the other.
    workers: Vec<Worker>,
    start: u64,
    /// The next step, until an error ended the stream.
    step: Option<u64>,
}

impl Iterator for BatchStream {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step?;
        let batch = if self.workers.is_empty() {
            self.source.batch(step, &self.window)
        } else {
            let turn = (step - self.start) % self.workers.len() as u64;
            // A worker that hangs up without an error could not be started, or panicked.
            self.workers[turn as usize].batches.recv().unwrap_or(Err(DataError::WorkerStopped))
        };
        self.step = batch.is_ok().then_some(step + 1);
        Some(batch)
    }
}

/// A thread that makes batches until nobody takes them any more.
struct Worker {
    batches: Receiver<Result<Batch, DataError>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// Batches that wait at each worker.
pub(crate) const AHEAD: usize = 4;

impl Worker {
    /// Starts a thread for the batches of `first`, `first + stride` and so on.
    fn start(source: &Arc<Source>, window: &Arc<Window>, first: u64, stride: u64) -> Self {
        let (sender, batches) = bounded(AHEAD);
        let (source, window) = (Arc::clone(source), Arc::clone(window));
        let work = move || make_batches(&source, &window, first, stride, &sender);
        let thread = thread::Builder::new().name(format!("batches {first}")).spawn(work);
        Worker { batches, thread: thread.ok() }
    }
}

fn make_batches(
    source: &Source,
    window: &Window,
    first: u64,
    stride: u64,
    sender: &Sender<Result<Batch, DataError>>,
) {
    let mut step = first;
    loop {
        let batch = source.batch(step, window);
        let failed = batch.is_err();
        if sender.send(batch).is_err() || failed {
            return;
        }
        source.read_ahead(step, window);
        step += stride;
    }
}

impl Drop for BatchStream {
    fn drop(&mut self) {
        // Hanging up comes first for all of them: a worker that waits to hand over a batch then stops.
        let threads: Vec<_> = self.workers.drain(..).filter_map(|worker| worker.thread).collect();
        for thread in threads {
            // A worker that panicked has said so on stderr, and its stream has reported it.
            let _ = thread.join();
        }
    }
}
