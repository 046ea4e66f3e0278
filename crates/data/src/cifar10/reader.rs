//! CIFAR-10 through candle-datasets.

use candle_core::{DType, IndexOp, Tensor};
use candle_datasets::vision::cifar;
use image::{DynamicImage, RgbImage};
use plumage_imaging::readable;
use sha2::{Digest, Sha256};

use super::{Cifar10Config, Cifar10Part};
use crate::{DataError, DataRoots, Dataset, folder};

const SIDE: usize = 32;

/// The images of one class.
pub(super) struct Cifar10 {
    part: Cifar10Part,
    images: Vec<Image>,
}

struct Image {
    /// The image's place among all images of its part.
    index: usize,
    /// Rows of RGB pixels.
    pixels: Vec<u8>,
}

pub(super) fn open(config: &Cifar10Config, roots: &DataRoots) -> Result<Cifar10, DataError> {
    let (place, loaded, layout) = match &config.path {
        Some(path) => {
            let folder = folder::resolve(path, roots)?;
            (readable(&folder), cifar::load_dir(&folder), Layout::RowsFirst)
        }
        None => ("the hub".to_owned(), cifar::load(), Layout::ColumnsFirst),
    };
    let failed =
        |error: candle_core::Error| DataError::Cifar10 { place: place.clone(), message: error.to_string() };
    let all = loaded.map_err(failed)?;
    let (images, labels) = match config.part {
        Cifar10Part::Train => (all.train_images, all.train_labels),
        Cifar10Part::Test => (all.test_images, all.test_labels),
    };
    let images = of_class(&images, &labels, config.class as u8, layout).map_err(failed)?;
    if images.is_empty() {
        let message = format!("there is no image of the class {:?}", config.class);
        return Err(DataError::Cifar10 { place, message });
    }
    Ok(Cifar10 { part: config.part, images })
}

/// How candle-datasets 0.11 lays out an image: its parquet reader takes the rows of a decoded image for columns, and so
/// hands out every image from the hub transposed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    RowsFirst,
    ColumnsFirst,
}

/// The images with label `class`.
///
/// # Shapes
/// `images: [N, 3, 32, 32]` in [0, 1], where an 8-bit v is v/255; `labels: [N]`.
fn of_class(images: &Tensor, labels: &Tensor, class: u8, layout: Layout) -> candle_core::Result<Vec<Image>> {
    let labels = labels.to_dtype(DType::U8)?.to_vec1::<u8>()?;
    let of_class = labels.iter().enumerate().filter(|(_, label)| **label == class);
    of_class
        .map(|(index, _)| {
            let (height, width) = if layout == Layout::RowsFirst { (1, 2) } else { (2, 1) };
            let rows = images.i(index)?.permute([height, width, 0])?.flatten_all()?;
            let pixels =
                rows.to_vec1::<f32>()?.into_iter().map(|value| (value * 255.).round() as u8).collect();
            Ok(Image { index, pixels })
        })
        .collect()
}

impl Dataset for Cifar10 {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn name(&self, index: usize) -> String {
        let part = match self.part {
            Cifar10Part::Train => "train",
            Cifar10Part::Test => "test",
        };
        format!("{part}-{:05}", self.images[index].index)
    }

    fn image(&self, index: usize) -> Result<DynamicImage, DataError> {
        let pixels = self.images[index].pixels.clone();
        let image =
            RgbImage::from_raw(SIDE as u32, SIDE as u32, pixels).ok_or_else(|| DataError::Cifar10 {
                place: self.name(index),
                message: "the image is not of 32x32 pixels".to_owned(),
            })?;
        Ok(DynamicImage::ImageRgb8(image))
    }

    /// The hash of the pixels, which are all there is: the files hold many images each.
    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
        Ok(Sha256::digest(&self.images[index].pixels).into())
    }

    fn size(&self, _: usize) -> Result<(u32, u32), DataError> {
        Ok((SIDE as u32, SIDE as u32))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{Seek, SeekFrom, Write},
        path::Path,
    };

    use super::*;
    use crate::{Cifar10Class, DatasetConfig, open};
    use candle_core::Device;
    use plumage_imaging::decode::Limits;

    const RECORD: usize = 1 + 3 * SIDE * SIDE;

    /// Writes a file of the binary version: 10,000 records, all of zeros (label 0, black) but for the given ones. The
    /// zeros are holes, so that the file is small on disk.
    fn write_file(path: &Path, records: &[(usize, u8, Vec<u8>)]) {
        let mut file = File::create(path).unwrap();
        file.set_len(10_000 * RECORD as u64).unwrap();
        for (index, label, planes) in records {
            file.seek(SeekFrom::Start((index * RECORD) as u64)).unwrap();
            file.write_all(&[*label]).unwrap();
            file.write_all(planes).unwrap();
        }
    }

    /// Planes whose pixel tells its channel, row and column.
    fn planes() -> Vec<u8> {
        (0..3)
            .flat_map(|c| (0..32).flat_map(move |y| (0..32).map(move |x| (c * 80 + y * 2 + x / 16) as u8)))
            .collect()
    }

    #[test]
    fn the_birds_of_a_local_copy_are_read() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("cifar");
        std::fs::create_dir(&folder).unwrap();
        for batch in 1..=5 {
            let bird = Cifar10Class::Bird as u8;
            let records =
                if batch == 2 { vec![(7, bird, planes()), (9, bird + 1, planes())] } else { Vec::new() };
            write_file(&folder.join(format!("data_batch_{batch}.bin")), &records);
        }
        write_file(&folder.join("test_batch.bin"), &[]);

        let roots = DataRoots { data_root: Some(root.path().to_owned()), manifests: root.path().to_owned() };
        let config =
            Cifar10Config { class: Cifar10Class::Bird, part: Cifar10Part::Train, path: Some("cifar".into()) };
        let limits = Limits { max_pixels: 1 << 20, max_bytes: 1 << 30 };
        let birds = open(&DatasetConfig::Cifar10(config.clone()), &roots, &limits).unwrap();
        assert_eq!(birds.len(), 1);
        assert_eq!(birds.name(0), "train-10007");
        let image = birds.image(0).unwrap().to_rgb8();
        assert_eq!(image.get_pixel(31, 5).0, [5 * 2 + 1, 80 + 5 * 2 + 1, 160 + 5 * 2 + 1]);
        assert_eq!(image.get_pixel(0, 31).0, [62, 142, 222]);

        let test = DatasetConfig::Cifar10(Cifar10Config { part: Cifar10Part::Test, ..config });
        let error = open(&test, &roots, &limits).err().unwrap().to_string();
        assert!(error.contains("no image of the class Bird"), "{error}");
    }

    #[test]
    fn a_transposed_image_from_the_hub_is_put_upright() {
        let upright: Vec<f32> = planes().into_iter().map(|value| f32::from(value) / 255.).collect();
        let upright = Tensor::from_vec(upright, (1, 3, SIDE, SIDE), &Device::Cpu).unwrap();
        let transposed = upright.transpose(2, 3).unwrap();
        let labels = Tensor::new(&[2u8], &Device::Cpu).unwrap();
        let from_files = of_class(&upright, &labels, 2, Layout::RowsFirst).unwrap();
        let from_hub = of_class(&transposed, &labels, 2, Layout::ColumnsFirst).unwrap();
        assert_eq!(from_files[0].pixels, from_hub[0].pixels);
    }
}
