//! Radial power spectra of several methods against that of HR.

use crate::{
    ReportError,
    plot::{self, Axis, Heading, Level, Line, Lines, Picture, Spacing, palette},
};

/// Radial spectra of what several methods make of the same images.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectra {
    /// What stands above both charts; each adds to the title what it shows.
    pub heading: Heading,
    /// HR size over LR size: where LR's frequencies end is marked.
    pub scale: usize,
    /// The spectrum of HR.
    pub hr: MethodSpectrum,
    /// At the same frequencies as HR; more than six have the colours of the first ones again.
    pub methods: Vec<MethodSpectrum>,
}

/// The radial spectrum of one method.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodSpectrum {
    /// What the legend calls it.
    pub name: String,
    /// Cycles per pixel, above 0, and density in squared 8-bit levels per squared cycle per pixel.
    pub points: Vec<(f64, f64)>,
}

impl Spectra {
    /// The densities, both axes logarithmic.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn picture(&self) -> Result<Picture, ReportError> {
        plot::picture("spectra", &self.densities())
    }

    /// How many decibels of power each method has more than HR; what a log-log chart of densities hides is seen here.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn against_hr(&self) -> Result<Picture, ReportError> {
        plot::picture("spectra_against_hr", &self.ratios())
    }

    fn densities(&self) -> Lines {
        let all = || self.methods.iter().chain([&self.hr]).flat_map(|method| &method.points);
        let label = "power, squared levels per (cycle/px)²";
        let y = Axis::around(label, Spacing::Log, all().map(|(_, density)| *density));
        let of = |method: &MethodSpectrum, colour, width_px| Line {
            label: Some(method.name.clone()),
            points: method.points.clone(),
            colour,
            width_px,
            dotted: false,
        };
        // HR lies below, and wider, so that a method that meets it does not hide it.
        let hr = of(&self.hr, palette::INK, 4.);
        let methods = self.methods.iter().enumerate();
        let methods = methods.map(|(index, method)| of(method, palette::nth(index), 2.));
        let lines = [self.end_of_lr(&y), hr].into_iter().chain(methods).collect();
        Lines {
            heading: self.heading.of("radial power spectra of Y"),
            x: self.axis(),
            y,
            lines,
            levels: Vec::new(),
            marks: Vec::new(),
        }
    }

    fn ratios(&self) -> Lines {
        let of = |(index, method): (usize, &MethodSpectrum)| {
            let points = method.points.iter().filter_map(|&(cycles, density)| {
                let hr = self.hr.points.iter().find(|(other, _)| *other == cycles)?;
                Some((cycles, 10. * (density / hr.1).log10()))
            });
            let label = Some(method.name.clone());
            Line {
                label,
                points: points.collect(),
                colour: palette::nth(index),
                width_px: 2.5,
                dotted: false,
            }
        };
        let methods: Vec<Line> = self.methods.iter().enumerate().map(of).collect();
        let values = methods.iter().flat_map(|line| &line.points).map(|(_, db)| *db);
        let y = Axis::around("power over that of HR, dB", Spacing::Linear, values.chain([-1., 1.]));
        let lines = [self.end_of_lr(&y)].into_iter().chain(methods).collect();
        let hr = Level { label: self.hr.name.clone(), value: 0., colour: palette::INK };
        Lines {
            heading: self.heading.of("power spectra of Y against that of HR"),
            x: self.axis(),
            y,
            lines,
            levels: vec![hr],
            marks: Vec::new(),
        }
    }

    fn axis(&self) -> Axis {
        let all = self.methods.iter().chain([&self.hr]).flat_map(|method| &method.points);
        Axis::around("cycles per pixel", Spacing::Log, all.map(|(cycles, _)| *cycles))
    }

    /// The highest frequency along an axis that LR can have, all the way up `y`.
    fn end_of_lr(&self, y: &Axis) -> Line {
        let cycles = 0.5 / self.scale.max(1) as f64;
        Line {
            label: Some(format!("end of LR's frequencies, ×{}", self.scale)),
            points: vec![(cycles, y.low), (cycles, y.high)],
            colour: palette::AXIS,
            width_px: 1.5,
            dotted: false,
        }
    }
}
