//! Where batches come from: a function from the step to the batch, with what it has prepared kept within bounds.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use plumage_random::{Stream, generator};

use crate::{
    Batch, DataError, Dataset, Recipe,
    batches::AHEAD,
    epoch::{EpochOrder, PatchOfPool, Pool, Slot},
    pair::Pair,
    patches::Place,
    variants::{Variant, Variants},
};

/// The data set and the recipe, and the prepared images that outlive an epoch.
pub(crate) struct Source {
    pub(crate) dataset: Arc<dyn Dataset>,
    pub(crate) recipe: Recipe,
    pub(crate) variants: Variants,
    cache: Mutex<Cache>,
}

/// Prepared variants, kept as long as the program runs. An epoch touches every variant once, in another order each time:
/// throwing out the oldest would throw out what comes next, so what came first stays.
#[derive(Default)]
struct Cache {
    pairs: HashMap<usize, Arc<Pair>>,
    bytes: usize,
}

/// The orders and pools that the workers of one stream of batches share at a time.
#[derive(Default)]
pub(crate) struct Window {
    orders: Mutex<Vec<Arc<EpochOrder>>>,
    pools: Mutex<Vec<Arc<Pool>>>,
}

/// Pools in memory: one that the slowest worker may still be in, the one that is used, and the one that is filled.
const POOLS: usize = 3;
const ORDERS: usize = 2;

impl Source {
    pub(crate) fn new(dataset: Arc<dyn Dataset>, recipe: Recipe) -> Result<Self, DataError> {
        let variants = Variants::new(dataset.as_ref(), &recipe)?;
        Ok(Source { dataset, recipe, variants, cache: Mutex::default() })
    }

    /// Steps of an epoch, the last of which may have a smaller batch.
    pub(crate) fn steps_per_epoch(&self) -> u64 {
        self.variants.patches.div_ceil(self.recipe.batches.size as u64)
    }

    /// The batch of `step`, whatever was asked for before.
    pub(crate) fn batch(&self, step: u64, window: &Window) -> Result<Batch, DataError> {
        let recipe = &self.recipe;
        let (epoch, patches) = self.patches_of(step);
        let count = (patches.end - patches.start) as usize;
        let (input_size, size) = (recipe.input_size(), recipe.patches.hr_size());
        let input_shape = [count, recipe.channels.count(), input_size, input_size];
        let target_shape = [count, recipe.channels.count(), size, size];
        let mut input = Vec::with_capacity(input_shape.iter().product());
        let mut target = Vec::with_capacity(target_shape.iter().product());
        self.for_each_patch(step, window, |slot, ordinal| {
            let pair = self.pair(epoch, slot, &mut lock(&slot.pair))?;
            self.cut(&pair, epoch, slot.variant, ordinal as usize, &mut input, &mut target);
            Ok(())
        })?;
        Ok(Batch { step, epoch, input, input_shape, target, target_shape })
    }

    /// Memory that the preparation of batches takes, at most: the cache, the pools with their lists of patches, the batches that
    /// wait for their step, and the images in the making.
    pub(crate) fn bytes(&self) -> u64 {
        /// Of an image in the making: the file's pixels, its planes in double precision, and those of the resize.
        const MAKING_BYTES_PER_PIXEL: u64 = 120;
        let recipe = &self.recipe;
        let mut pairs: Vec<u64> =
            self.variants.list.iter().map(|variant| pair_bytes(recipe, variant)).collect();
        let all: u64 = pairs.iter().sum();
        let limit = (recipe.batches.cache_mib as u64) << 20;
        let cached = if recipe.degradation.is_random() { 0 } else { all.min(limit) };
        pairs.sort_unstable_by(|a, b| b.cmp(a));
        // What is cached whole is shared by the pools.
        let pool: u64 = if cached == all { 0 } else { pairs.iter().take(recipe.batches.pool).sum() };

        let patch = |side: usize| (recipe.channels.count() * side * side * size_of::<f32>()) as u64;
        let batch = (patch(recipe.input_size()) + patch(recipe.patches.hr_size()))
            .saturating_mul(self.variants.patches.min(recipe.batches.size as u64));
        let workers = recipe.batches.workers as u64;
        let making = self.variants.list.iter().map(|variant| {
            let pixels = (variant.width * variant.height) as u64;
            self.dataset.making_bytes(variant.image).saturating_add(pixels * MAKING_BYTES_PER_PIXEL)
        });
        let making = making.max().unwrap_or(0).saturating_mul(workers.max(1));
        let mut patches: Vec<u64> = self.variants.list.iter().map(|variant| variant.patches as u64).collect();
        patches.sort_unstable_by(|a, b| b.cmp(a));
        // Every pool has a list of its patches; while one is shuffled there is it once more, and the order.
        let list = patches.iter().take(recipe.batches.pool).sum::<u64>() * size_of::<PatchOfPool>() as u64;
        let lists = list.saturating_mul(POOLS as u64 + 2);
        [
            cached,
            pool.saturating_mul(POOLS as u64),
            batch.saturating_mul(workers * (AHEAD as u64 + 1) + 1),
            making,
            lists,
            size_of_val(self.variants.list.as_slice()) as u64,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }

    /// The images that the batch of `step` has patches of, each once.
    pub(crate) fn images_of(&self, step: u64) -> Vec<usize> {
        let mut images = Vec::new();
        let collected = self.for_each_patch(step, &Window::default(), |slot, _| {
            let image = self.variants.list[slot.variant].image;
            if !images.contains(&image) {
                images.push(image);
            }
            Ok(())
        });
        // Nothing is read here, so nothing can fail.
        collected.map_or_else(|_| Vec::new(), |()| images)
    }

    /// The epoch of `step`, and which of its patches the batch holds.
    fn patches_of(&self, step: u64) -> (u64, Range<u64>) {
        let size = self.recipe.batches.size as u64;
        let first = step % self.steps_per_epoch() * size;
        (step / self.steps_per_epoch(), first..(first + size).min(self.variants.patches))
    }

    /// Hands the patches of the batch of `step` to `take`, each as its slot and its number there.
    fn for_each_patch(
        &self,
        step: u64,
        window: &Window,
        mut take: impl FnMut(&Slot, u32) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let (epoch, Range { start: mut position, end }) = self.patches_of(step);
        let order = window.order(self, epoch);
        while position < end {
            let pool = window.pool(self, &order, order.pool_of(position));
            let patches = pool.patches.iter().skip((position - pool.first_patch) as usize);
            for patch in patches.take((end - position) as usize) {
                take(&pool.slots[patch.slot as usize], patch.ordinal)?;
                position += 1;
            }
        }
        Ok(())
    }

    /// Prepares as large a share of the pool after that of `step` as is used up of the pool of `step`, so that the work
    /// is spread evenly over the steps. What fails here fails again when it is needed, and is reported there.
    pub(crate) fn read_ahead(&self, step: u64, window: &Window) {
        let epoch = step / self.steps_per_epoch();
        let next = (step % self.steps_per_epoch() + 1) * self.recipe.batches.size as u64;
        let position = next.min(self.variants.patches) - 1;
        let order = window.order(self, epoch);
        let pool = window.pool(self, &order, order.pool_of(position));
        let following = match pool.index + 1 {
            index if index < order.pools() => window.pool(self, &order, index),
            _ => window.pool(self, &window.order(self, epoch + 1), 0),
        };
        let used = (position - pool.first_patch + 1) as usize;
        let slots_for = |patches: usize| (following.slots.len() * patches).div_ceil(pool.patches.len());
        // A stream that starts late in a pool is behind from the beginning, and catches up a little at every step.
        let mut allowed = 2 * slots_for(self.recipe.batches.size);
        for slot in &following.slots[..slots_for(used)] {
            // A slot whose lock is taken is being prepared by another worker.
            let Ok(mut prepared) = slot.pair.try_lock() else { continue };
            if prepared.is_none() {
                if allowed == 0 || self.pair(following.epoch, slot, &mut prepared).is_err() {
                    return;
                }
                allowed -= 1;
            }
        }
    }

    /// The prepared variant of a slot: from the slot, from the cache, or made now.
    fn pair(
        &self,
        epoch: u64,
        slot: &Slot,
        prepared: &mut Option<Arc<Pair>>,
    ) -> Result<Arc<Pair>, DataError> {
        if let Some(pair) = prepared {
            return Ok(Arc::clone(pair));
        }
        let cached = lock(&self.cache).pairs.get(&slot.variant).cloned();
        let pair = match cached {
            Some(pair) => pair,
            None => {
                let variant = &self.variants.list[slot.variant];
                let site = slot.variant as u64;
                let pair = Arc::new(Pair::new(self.dataset.as_ref(), &self.recipe, variant, epoch, site)?);
                self.keep(slot.variant, &pair);
                pair
            }
        };
        *prepared = Some(Arc::clone(&pair));
        Ok(pair)
    }

    /// Puts a pair into the cache if there is room, and if the next epoch can use it.
    fn keep(&self, variant: usize, pair: &Arc<Pair>) {
        let limit = self.recipe.batches.cache_mib << 20;
        let mut cache = lock(&self.cache);
        if !self.recipe.degradation.is_random() && cache.bytes + pair.bytes() <= limit {
            // Two pools may need the same variant at the same moment; its bytes count once.
            if cache.pairs.insert(variant, Arc::clone(pair)).is_none() {
                cache.bytes += pair.bytes();
            }
        }
    }

    /// Appends patch `ordinal` of a variant to `input` and `target`.
    fn cut(
        &self,
        pair: &Pair,
        epoch: u64,
        variant: usize,
        ordinal: usize,
        input: &mut Vec<f32>,
        target: &mut Vec<f32>,
    ) {
        let recipe = &self.recipe;
        let variant = &self.variants.list[variant];
        let site = variant.first_site + ordinal as u64;
        let place = Place { seed: recipe.seed, epoch, site };
        let corner = recipe.patches.corner(ordinal, (variant.width, variant.height), recipe.step_px(), place);
        let orientation = recipe.augment.draw(&mut generator(recipe.seed, Stream::Augment, epoch, site));
        pair.cut(corner, orientation, recipe, input, target);
    }
}

impl Window {
    fn order(&self, source: &Source, epoch: u64) -> Arc<EpochOrder> {
        let mut orders = lock(&self.orders);
        if let Some(order) = orders.iter().find(|order| order.epoch == epoch) {
            return Arc::clone(order);
        }
        let order = Arc::new(EpochOrder::new(&source.variants, &source.recipe, epoch));
        orders.push(Arc::clone(&order));
        orders.sort_by_key(|order| order.epoch);
        let surplus = orders.len().saturating_sub(ORDERS);
        orders.drain(..surplus);
        order
    }

    fn pool(&self, source: &Source, order: &EpochOrder, index: usize) -> Arc<Pool> {
        let mut pools = lock(&self.pools);
        if let Some(pool) = pools.iter().find(|pool| (pool.epoch, pool.index) == (order.epoch, index)) {
            return Arc::clone(pool);
        }
        let pool = Arc::new(order.pool(&source.variants, &source.recipe, index));
        pools.push(Arc::clone(&pool));
        pools.sort_by_key(|pool| (pool.epoch, pool.index));
        let surplus = pools.len().saturating_sub(POOLS);
        pools.drain(..surplus);
        pool
    }
}

/// Memory that the prepared `variant` takes.
fn pair_bytes(recipe: &Recipe, variant: &Variant) -> u64 {
    let pixels = (variant.width * variant.height) as u64;
    let step = recipe.step_px() as u64;
    (pixels + pixels / (step * step)) * (recipe.channels.count() * size_of::<f32>()) as u64
}

/// Locks, also after another thread ended in a panic: what the locks guard here is complete or absent at all times.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
