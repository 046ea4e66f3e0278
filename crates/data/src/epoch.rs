//! The order of an epoch: variants permuted, cut into pools, and the patches of each pool shuffled together.
//!
//! All of it is a function of the seed and the epoch, so a run that resumes at any step works it out again.

use std::sync::{Arc, Mutex};

use plumage_random::{Stream, permutation};

use crate::{Recipe, pair::Pair, variants::Variants};

/// The order of one epoch's variants.
#[derive(Debug)]
pub(crate) struct EpochOrder {
    /// The epoch.
    pub(crate) epoch: u64,
    /// Every variant once.
    order: Vec<usize>,
    /// Variants of a pool.
    pool: usize,
    /// Patches before the end of each pool; the last entry is the patches of the epoch.
    ends: Vec<u64>,
}

/// Variants whose patches are shuffled together, and those of them that are prepared.
#[derive(Debug)]
pub(crate) struct Pool {
    /// The epoch.
    pub(crate) epoch: u64,
    /// The pool's number in its epoch.
    pub(crate) index: usize,
    /// Patches of the epoch before this pool.
    pub(crate) first_patch: u64,
    /// Its patches, in the order in which batches take them.
    pub(crate) patches: Vec<PatchOfPool>,
    /// Its variants.
    pub(crate) slots: Vec<Slot>,
}

/// A variant of a pool; whoever needs it first prepares it while the others wait.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Index of the variant.
    pub(crate) variant: usize,
    /// The prepared variant.
    pub(crate) pair: Mutex<Option<Arc<Pair>>>,
}

/// A patch by the slot of its variant and its number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatchOfPool {
    pub(crate) slot: u32,
    pub(crate) ordinal: u32,
}

impl EpochOrder {
    pub(crate) fn new(variants: &Variants, recipe: &Recipe, epoch: u64) -> Self {
        let order = permutation(variants.list.len(), recipe.seed, Stream::Shuffle, epoch, 0);
        let pool = recipe.batches.pool;
        let patches =
            |pool: &[usize]| pool.iter().map(|&variant| variants.list[variant].patches as u64).sum::<u64>();
        let ends = order.chunks(pool).scan(0, |end, pool| {
            *end += patches(pool);
            Some(*end)
        });
        EpochOrder { epoch, ends: ends.collect(), pool, order }
    }

    /// The pool that holds patch `position` of the epoch.
    pub(crate) fn pool_of(&self, position: u64) -> usize {
        self.ends.partition_point(|&end| end <= position)
    }

    /// How many pools the epoch has.
    pub(crate) fn pools(&self) -> usize {
        self.ends.len()
    }

    /// Shuffles the patches of pool `index`.
    pub(crate) fn pool(&self, variants: &Variants, recipe: &Recipe, index: usize) -> Pool {
        let of_pool = self.order.iter().copied().skip(index * self.pool).take(self.pool);
        let slots: Vec<Slot> = of_pool.map(|variant| Slot { variant, pair: Mutex::new(None) }).collect();
        let in_order: Vec<PatchOfPool> = (0u32..)
            .zip(&slots)
            .flat_map(|(slot, of)| {
                (0u32..)
                    .take(variants.list[of.variant].patches)
                    .map(move |ordinal| PatchOfPool { slot, ordinal })
            })
            .collect();
        // Index 0 of the epoch is the order of the variants.
        let shuffled =
            permutation(in_order.len(), recipe.seed, Stream::Shuffle, self.epoch, index as u64 + 1);
        Pool {
            epoch: self.epoch,
            index,
            first_patch: index.checked_sub(1).map_or(0, |before| self.ends[before]),
            patches: shuffled.into_iter().map(|patch| in_order[patch]).collect(),
            slots,
        }
    }
}
