//! The images that a network is validated on: never learnt from, prepared for measuring, and kept within a bound.

use std::{borrow::Cow, sync::Arc};

use plumage_data::Dataset;
use plumage_imaging::Channels;
use plumage_metrics::{Protocol, Score, TestImage, check_size};

use crate::TrainError;

/// How validation images are prepared and measured.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// By whose rules.
    pub protocol: Protocol,
    /// HR size over LR size.
    pub scale: usize,
    /// What the network works on.
    pub channels: Channels,
}

/// The first so many images of a data set, ready for validation.
pub struct ValidationSet {
    images: Arc<dyn Dataset>,
    len: usize,
    how: Measure,
    /// The first ones, as many as the bound allows; the others are prepared each time.
    kept: Vec<TestImage>,
}

impl ValidationSet {
    /// Takes the first `len` of `images`, or all where there are fewer; none is prepared yet.
    ///
    /// # Errors
    /// An image that is too small to be measured.
    pub fn new(images: Arc<dyn Dataset>, len: usize, how: Measure) -> Result<Self, TrainError> {
        let set = Self { len: images.len().min(len), images, how, kept: Vec::new() };
        for index in 0..set.len {
            let (width, height) = set.size(index)?;
            check_size(width, height, how.scale)
                .map_err(|source| TrainError::Image { name: set.name(index), source })?;
        }
        Ok(set)
    }

    /// Prepares the first images and keeps them, as many as `max_bytes` hold.
    ///
    /// # Errors
    /// An image that cannot be read any more.
    pub fn keep(mut self, max_bytes: u64) -> Result<Self, TrainError> {
        let mut bytes = 0;
        for index in self.kept.len()..self.len {
            let (width, height) = self.size(index)?;
            bytes += TestImage::bytes(width, height, self.how.scale, self.how.channels);
            if bytes > max_bytes {
                break;
            }
            self.kept.push(self.prepare(index)?);
        }
        Ok(self)
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The name of image `index`.
    pub fn name(&self, index: usize) -> String {
        self.images.name(index)
    }

    /// How the images are measured.
    pub fn protocol(&self) -> Protocol {
        self.how.protocol
    }

    /// Image `index`, prepared.
    ///
    /// # Errors
    /// When it cannot be read any more.
    pub fn image(&self, index: usize) -> Result<Cow<'_, TestImage>, TrainError> {
        match self.kept.get(index) {
            Some(image) => Ok(Cow::Borrowed(image)),
            None => Ok(Cow::Owned(self.prepare(index)?)),
        }
    }

    /// What bicubic interpolation scores on them, in the mean.
    ///
    /// # Errors
    /// As of [`ValidationSet::image`].
    pub fn bicubic(&self) -> Result<Score, TrainError> {
        let score = |index| {
            let image = self.image(index)?;
            Ok::<_, TrainError>(image.score(&image.bicubic)?)
        };
        Ok(Score::mean(&(0..self.len).map(score).collect::<Result<Vec<_>, _>>()?))
    }

    fn size(&self, index: usize) -> Result<(usize, usize), TrainError> {
        let (width, height) = self.images.size(index)?;
        Ok((width as usize, height as usize))
    }

    fn prepare(&self, index: usize) -> Result<TestImage, TrainError> {
        let Measure { protocol, scale, channels } = self.how;
        let image = self.images.image(index)?;
        TestImage::new(protocol, &image, scale, channels)
            .map_err(|source| TrainError::Image { name: self.name(index), source })
    }
}

#[cfg(test)]
mod tests {
    use plumage_data::aviary::{Aviary, AviaryConfig};

    use super::*;

    fn set(side: u32, scale: usize, max_bytes: u64) -> Result<ValidationSet, TrainError> {
        let images = Arc::new(Aviary::new(&AviaryConfig { images: 3, side, seed: 1 }));
        let how = Measure { protocol: Protocol::YMatlab, scale, channels: Channels::Y };
        ValidationSet::new(images, 9, how)?.keep(max_bytes)
    }

    #[test]
    fn images_beyond_the_bound_are_prepared_each_time_and_measure_the_same() {
        let (all, some, none) =
            (set(32, 2, 1 << 30).unwrap(), set(32, 2, 150_000).unwrap(), set(32, 2, 0).unwrap());
        assert_eq!([&all, &some, &none].map(|set| set.kept.len()), [3, 2, 0]);
        assert_eq!(all.bicubic().unwrap(), some.bicubic().unwrap());
        assert_eq!(all.bicubic().unwrap(), none.bicubic().unwrap());
    }

    #[test]
    fn an_image_that_is_too_small_is_named() {
        let error = set(16, 4, 0).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("aviary-1-000000: "), "{error}");
    }
}
