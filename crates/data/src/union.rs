//! Several data sets as one.

use std::sync::Arc;

use image::DynamicImage;

use crate::{DataError, Dataset};

/// The images of all sets, one set after the other. An image that two sets share is there twice.
pub(crate) struct Union {
    /// What names begin with, set by set.
    labels: Vec<String>,
    sets: Vec<Arc<dyn Dataset>>,
}

impl Union {
    /// `labels` says what the sets are called; where two are called the same, the later one gets a number.
    pub(crate) fn new(sets: Vec<(String, Arc<dyn Dataset>)>) -> Self {
        let (names, sets): (Vec<_>, Vec<_>) = sets.into_iter().unzip();
        let mut labels: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            let numbered = (2..).map(|number| format!("{name}-{number}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|label| !labels.contains(label));
            labels.extend(free);
        }
        Self { labels, sets }
    }

    /// Which set image `index` is in, and which of its images it is.
    fn place(&self, mut index: usize) -> (usize, usize) {
        let mut set = 0;
        while set + 1 < self.sets.len() && index >= self.sets[set].len() {
            index -= self.sets[set].len();
            set += 1;
        }
        (set, index)
    }
}

impl Dataset for Union {
    fn len(&self) -> usize {
        self.sets.iter().map(|set| set.len()).sum()
    }

    fn name(&self, index: usize) -> String {
        let (set, index) = self.place(index);
        format!("{}/{}", self.labels[set], self.sets[set].name(index))
    }

    fn image(&self, index: usize) -> Result<DynamicImage, DataError> {
        let (set, index) = self.place(index);
        self.sets[set].image(index)
    }

    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
        let (set, index) = self.place(index);
        self.sets[set].content_key(index)
    }

    fn size(&self, index: usize) -> Result<(u32, u32), DataError> {
        let (set, index) = self.place(index);
        self.sets[set].size(index)
    }

    fn making_bytes(&self, index: usize) -> u64 {
        let (set, index) = self.place(index);
        self.sets[set].making_bytes(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aviary::{Aviary, AviaryConfig};

    #[test]
    fn the_images_of_all_sets_are_there_in_order_under_names_of_their_own() {
        let birds = |images, seed| -> Arc<dyn Dataset> {
            Arc::new(Aviary::new(&AviaryConfig { images, side: 32, seed }))
        };
        let (first, second) = (birds(2, 1), birds(3, 1));
        let sets = [("birds", first.clone()), ("birds", second.clone())];
        let union = Union::new(sets.map(|(label, set)| (label.to_owned(), set)).into());
        assert_eq!(union.len(), 5);
        let mut names: Vec<_> = (0..5).map(|index| union.name(index)).collect();
        assert_eq!(names[0], format!("birds/{}", first.name(0)));
        assert_eq!(names[4], format!("birds-2/{}", second.name(2)));
        for (index, (set, place)) in
            [(&first, 0), (&first, 1), (&second, 0), (&second, 1)].into_iter().enumerate()
        {
            assert_eq!(union.content_key(index).unwrap(), set.content_key(place).unwrap());
            assert_eq!(union.image(index).unwrap(), set.image(place).unwrap());
            assert_eq!(union.size(index).unwrap(), (32, 32));
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 5);
    }
}
