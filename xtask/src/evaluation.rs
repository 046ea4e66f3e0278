//! A trained network measured on sets of images, and its comparison figures.

use std::{path::Path, sync::Arc};

use candle_core::Device;
use image::{DynamicImage, imageops};
use plumage_data::{
    BenchmarkConfig, DataError, DataRoots, Dataset, DatasetConfig, FolderConfig, known_benchmarks, open,
};
use plumage_imaging::{
    Planes,
    crop::mod_crop,
    decode::Limits,
    resize::{Ratio, resize},
};
use plumage_losses::LossConfig;
use plumage_metrics::{Protocol, Score, TestImage};
use plumage_models::{Draw, Grid, ModelConfig, Upscaler, weights::Tensors};
use plumage_record::{EvaluationRow, GapRow};
use plumage_reporting::Panel;
use plumage_trainer::{
    evaluate::{Measured, measure},
    gap,
};

use crate::{device, failure::Failure};

/// A network with its weights.
pub(crate) struct Network<'a> {
    config: &'a ModelConfig,
    model: Box<dyn Upscaler>,
    scale: usize,
    device: Device,
}

/// How a network is measured.
#[derive(Clone, Copy)]
pub(crate) struct Measure<'a> {
    /// What rows and figures call the network.
    pub(crate) method: &'a str,
    /// How images are degraded and measured.
    pub(crate) protocol: Protocol,
    /// For so many images of every set, a figure is drawn.
    pub(crate) figures: usize,
}

/// LR, bicubic, the network and HR of one image, of which the bicubic is [`Figure::BASELINE`] and HR [`Figure::REFERENCE`].
pub(crate) struct Figure {
    /// Its folder's name.
    pub(crate) name: String,
    /// What stands above it.
    pub(crate) title: String,
    /// The pictures.
    pub(crate) panels: Vec<Panel>,
}

impl Figure {
    pub(crate) const BASELINE: usize = 1;
    pub(crate) const REFERENCE: usize = 3;
}

impl<'a> Network<'a> {
    /// Builds the network of `config` for `scale` with the given weights; its noise, if it has any, is always the same.
    pub(crate) fn new(config: &'a ModelConfig, scale: usize, weights: &Tensors) -> Result<Self, Failure> {
        let device = device::best()?;
        let (parameters, model) = config.init(scale, 0, &device).map_err(Failure::internal)?;
        parameters.load(weights)?;
        let model = model.with_noise(Draw { seed: 0, step: 0 }).unwrap_or(model);
        Ok(Self { config, model, scale, device })
    }

    /// Measures bicubic and the network on all images of a set; `each` is called after every image, with its figure if it
    /// has one, and may end it.
    pub(crate) fn measure(
        &self,
        set: &str,
        images: &dyn Dataset,
        how: Measure,
        each: &mut dyn FnMut(Option<Figure>) -> Result<(), Failure>,
    ) -> Result<Vec<EvaluationRow>, Failure> {
        let architecture = self.config.architecture();
        let (grid, channels) = (architecture.grid(), architecture.channels());
        let mut of_set = Vec::new();
        for index in 0..images.len() {
            let (name, image) = (images.name(index), images.image(index)?);
            let named = |error| Failure::in_image(&name, error);
            let test = TestImage::new(how.protocol, &image, self.scale, channels).map_err(named)?;
            let (measured, sr) = measure(self.model.as_ref(), grid, &name, &test, &self.device)
                .map_err(|error| Failure::from(error).of(&name))?;
            of_set.extend(rows(set, &measured, self.scale, how));
            each((index < how.figures).then(|| Figure {
                name: figure_name(set, index, &name),
                title: format!("{set}: {name}, ×{}, {}", self.scale, how.protocol.as_str()),
                panels: panels(&image, &test, &sr, &measured, how.method),
            }))?;
        }
        Ok(of_set)
    }

    /// What the network scores on one image.
    pub(crate) fn score(&self, name: &str, image: &TestImage) -> Result<Score, Failure> {
        let grid = self.config.architecture().grid();
        let (measured, _) = measure(self.model.as_ref(), grid, name, image, &self.device)
            .map_err(|error| Failure::from(error).of(name))?;
        Ok(measured.sr)
    }

    /// What the network loses on one image of a part.
    pub(crate) fn loss(
        &self,
        part: &str,
        name: &str,
        image: &TestImage,
        loss: &LossConfig,
    ) -> Result<GapRow, Failure> {
        let network = (self.model.as_ref(), self.config.architecture().grid());
        Ok(gap::of_image(network, part, name, image, loss, &self.device)?)
    }

    /// Whether the network fits another scale than the one it was trained for.
    pub(crate) fn works_at_any_scale(config: &ModelConfig) -> bool {
        config.architecture().grid() == Grid::Hr
    }
}

/// The set that `--on` or `evaluation.on` names: one of data/, or else a folder of images.
pub(crate) fn open_set(name: &str, roots: &DataRoots) -> Result<Arc<dyn Dataset>, DataError> {
    let is_known = known_benchmarks(&roots.manifests).iter().any(|known| known == name);
    let config = if !is_known && Path::new(name).is_dir() {
        let path = std::path::absolute(name).unwrap_or_else(|_| name.into());
        DatasetConfig::Folder(FolderConfig { path, images: None, min_side: 1, shrink: None })
    } else {
        DatasetConfig::Benchmark(BenchmarkConfig { set: name.to_owned(), images: None, shrink: None })
    };
    open(&config, roots, &Limits::PHOTOGRAPH)
}

fn rows(set: &str, measured: &Measured, scale: usize, how: Measure) -> [EvaluationRow; 2] {
    [("bicubic", measured.bicubic), (how.method, measured.sr)].map(|(method, score)| EvaluationRow {
        set: set.to_owned(),
        image: measured.image.clone(),
        method: method.to_owned(),
        protocol: how.protocol.as_str().to_owned(),
        scale,
        psnr_y_db: score.psnr_y_db,
        psnr_rgb_db: score.psnr_rgb_db,
        ssim: score.ssim,
    })
}

/// The pictures of a [`Figure`].
fn panels(
    image: &DynamicImage,
    test: &TestImage,
    sr: &Planes,
    measured: &Measured,
    method: &str,
) -> Vec<Panel> {
    let hr = mod_crop(&Planes::from_image(image), test.scale);
    let panel =
        |caption: &str, detail: String, picture| Panel { caption: caption.to_owned(), detail, picture };
    vec![
        lr_panel(image, test.scale),
        panel("bicubic", psnr(&measured.bicubic), test.picture(&test.bicubic)),
        panel(method, psnr(&measured.sr), test.picture(sr)),
        panel("HR", format!("{} × {} px", hr.width, hr.height), hr.to_rgb8()),
    ]
}

/// LR of an image in blocks, each as large as `scale` HR pixels.
pub(crate) fn lr_panel(image: &DynamicImage, scale: usize) -> Panel {
    let hr = mod_crop(&Planes::from_image(image), scale);
    let lr = resize(&hr, Ratio::shrink(scale)).to_rgb8();
    let detail = format!("{} × {} px", lr.width(), lr.height());
    let picture = imageops::resize(&lr, hr.width as u32, hr.height as u32, imageops::FilterType::Nearest);
    Panel { caption: "LR".to_owned(), detail, picture }
}

/// The PSNR of a score, as it is written below a picture.
pub(crate) fn psnr(score: &Score) -> String {
    match (score.psnr_y_db, score.psnr_rgb_db) {
        (Some(db), _) => format!("PSNR-Y {db:.2} dB"),
        (None, Some(db)) => format!("PSNR-RGB {db:.2} dB"),
        (None, None) => String::new(),
    }
}

/// A folder name that any system takes, from names that may hold anything; the number keeps it unique.
pub(crate) fn figure_name(set: &str, index: usize, image: &str) -> String {
    let stem = Path::new(image).with_extension("");
    let set = Path::new(set).file_name().unwrap_or_default().to_string_lossy();
    let name = format!("{set}-{index:03}-{}", stem.to_string_lossy());
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    name.chars().map(safe).take(120).collect()
}
