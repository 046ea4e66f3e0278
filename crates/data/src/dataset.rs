//! What every source of images can do, whether it reads files or draws them.

use image::DynamicImage;

use crate::DataError;

/// A numbered collection of HR images, decoded or drawn one at a time when asked.
///
/// An implementation is a function of its index: asked twice, from any thread, it gives the same image. It keeps no
/// decoded image; the batches have a cache bounded in bytes.
pub trait Dataset: Send + Sync {
    /// How many images there are.
    fn len(&self) -> usize;

    /// Whether there are no images at all, as in a part of a split without a share.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of image `index` for people: stable from run to run and unique in the data set.
    fn name(&self, index: usize) -> String;

    /// The HR image `index`, at full size.
    ///
    /// # Errors
    /// When the image cannot be read or decoded; the error names it.
    fn image(&self, index: usize) -> Result<DynamicImage, DataError>;

    /// A SHA-256 hash of what makes the content of image `index`: the bytes of its file, or the parameters that it is
    /// drawn from. Equal images have equal keys in every data set and on every machine, and nothing else does.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError>;

    /// Width and height of image `index` in pixels. An implementation that knows them without decoding says so here.
    ///
    /// # Errors
    /// As [`Dataset::image`].
    fn size(&self, index: usize) -> Result<(u32, u32), DataError> {
        let image = self.image(index)?;
        Ok((image.width(), image.height()))
    }

    /// Memory that is taken while image `index` is made, beyond what a picture of its size takes anyway.
    fn making_bytes(&self, _index: usize) -> u64 {
        0
    }
}
