//! Every version of every image: HR, bicubic, and what each judged network makes of the LR image.

use image::DynamicImage;
use plumage_imaging::{Channels, Planes, crop::shave};
use plumage_metrics::TestImage;
use plumage_models::Draw;
use plumage_record::RunFolder;
use plumage_reporting::{Panel, keep_figure};
use plumage_trainer::judge::{BICUBIC, MethodNumbers, Pictures, Versions, of_hr, of_method};

use super::{PROTOCOL, images::Images, methods::Method};
use crate::{
    evaluation::{figure_name, lr_panel, psnr},
    experiment::JudgeExperiment,
    failure::Failure,
    interrupt::Interrupt,
    say::note,
};

/// Where versions are made.
pub(super) struct Studio<'a> {
    pub(super) experiment: &'a JudgeExperiment,
    pub(super) methods: &'a [Method],
    pub(super) folder: &'a RunFolder,
    pub(super) interrupt: &'a Interrupt,
}

/// All versions of all images.
pub(super) struct Shots {
    pub(super) train: Pictures,
    pub(super) validation: Pictures,
    pub(super) test: Pictures,
    /// By method, HR first: its numbers on every test image.
    pub(super) numbers: Vec<(String, Vec<MethodNumbers>)>,
}

/// What HR is called among methods.
const HR: &str = "hr";

/// One image, and what every method makes of it.
struct Shot {
    /// Prepared for networks on Y, and for those on RGB where there are any.
    prepared: Vec<TestImage>,
    /// Of bicubic and of each method: which preparation it was made of, and its output of every draw.
    made: Vec<(usize, Vec<Planes>)>,
}

impl Studio<'_> {
    /// Makes every version, measures those of the test images, and keeps the figures of the first of them.
    ///
    /// # Errors
    /// An image that cannot be read any more; a network whose output is not finite.
    pub(super) fn shoot(&self, images: &Images) -> Result<Shots, Failure> {
        let parts = images.parts();
        let total: usize = parts.iter().map(|part| part.len()).sum();
        note!("making {} versions of {total} images", self.methods.len() + 1);
        let names = [vec![HR.to_owned()], self.experiment.methods()].concat();
        let mut numbers: Vec<(String, Vec<MethodNumbers>)> =
            names.into_iter().map(|name| (name, Vec::new())).collect();
        let mut made = 0;
        let mut versions = parts.map(|_| Vec::new());
        for (number, (part, versions)) in parts.into_iter().zip(&mut versions).enumerate() {
            let is_test = number + 1 == parts.len();
            for index in 0..part.len() {
                let name = part.name(index);
                let image = part.image(index)?;
                let draws = if is_test { self.experiment.judge.noise_draws } else { 1 };
                let shot = self.shot(&image, made, draws).map_err(|failure| failure.of(&name))?;
                if is_test {
                    let found = self.numbers(&shot).map_err(|failure| failure.of(&name))?;
                    numbers.iter_mut().zip(found).for_each(|((_, all), one)| all.push(one));
                    if index < self.experiment.judge.figures {
                        self.keep_figure(index, &name, &image, &shot)?;
                    }
                }
                versions.push(self.versions(&shot).map_err(|failure| failure.of(&name))?);
                made += 1;
                self.interrupt.check()?;
            }
        }
        let [train, validation, test] = versions;
        let pictures = |versions, part| Pictures::new(versions, self.experiment.seed, part);
        Ok(Shots {
            train: pictures(train, 0),
            validation: pictures(validation, 1),
            test: pictures(test, 2),
            numbers,
        })
    }

    /// What every method makes of one image.
    fn shot(&self, image: &DynamicImage, number: u64, draws: u64) -> Result<Shot, Failure> {
        let scale = self.experiment.scale;
        let prepare = |channels| TestImage::new(PROTOCOL, image, scale, channels);
        let mut prepared = vec![prepare(Channels::Y)?];
        if self.methods.iter().any(|method| method.channels() == Channels::Rgb) {
            prepared.push(prepare(Channels::Rgb)?);
        }
        let most = self.experiment.judge.noise_draws;
        let draws: Vec<Draw> =
            (0..draws).map(|draw| Draw { seed: self.experiment.seed, step: number * most + draw }).collect();
        let mut made = vec![(0, vec![prepared[0].bicubic.clone()])];
        for method in self.methods {
            let of = usize::from(method.channels() == Channels::Rgb);
            made.push((of, method.upscale(&prepared[of], &draws)?));
        }
        Ok(Shot { prepared, made })
    }

    /// What judges see of an image: Y of 8 bits within the border.
    fn versions(&self, shot: &Shot) -> Result<Versions, Failure> {
        let border_px = self.experiment.judge.border_px;
        let mut versions = vec![shave(&shot.prepared[0].y_of_8_bit(&shot.prepared[0].hr)?, border_px)];
        for (of, draws) in &shot.made {
            versions.push(shave(&shot.prepared[*of].y_of_8_bit(&draws[0])?, border_px));
        }
        Ok(Versions::new(&versions))
    }

    /// The numbers of HR and of every method on an image.
    fn numbers(&self, shot: &Shot) -> Result<Vec<MethodNumbers>, Failure> {
        let border_px = self.experiment.judge.border_px;
        let hr = shave(&shot.prepared[0].y_of_8_bit(&shot.prepared[0].hr)?, border_px);
        let mut numbers = vec![of_hr(&hr, self.experiment.scale)?];
        for (of, draws) in &shot.made {
            numbers.push(of_method(&shot.prepared[*of], draws, border_px)?);
        }
        Ok(numbers)
    }

    /// Keeps LR, every method and HR of a test image side by side.
    fn keep_figure(
        &self,
        index: usize,
        name: &str,
        image: &DynamicImage,
        shot: &Shot,
    ) -> Result<(), Failure> {
        let scale = self.experiment.scale;
        let names = self.experiment.methods();
        let mut panels = vec![lr_panel(image, scale)];
        for (method, (of, draws)) in names.iter().zip(&shot.made) {
            let test = &shot.prepared[*of];
            let detail = psnr(&test.score(&draws[0])?);
            panels.push(Panel { caption: method.clone(), detail, picture: test.picture(&draws[0]) });
        }
        let hr = &shot.prepared[0];
        let detail = format!("{} × {} px", hr.hr.width, hr.hr.height);
        panels.push(Panel { caption: "HR".to_owned(), detail, picture: hr.picture(&hr.hr) });
        let title = format!("{name}, ×{scale}, {}", PROTOCOL.as_str());
        let baseline = 1 + names.iter().position(|method| method == BICUBIC).unwrap_or_default();
        let figure = figure_name("test", index, name);
        Ok(keep_figure(self.folder.path(), &figure, &title, &panels, panels.len() - 1, baseline)?)
    }
}
