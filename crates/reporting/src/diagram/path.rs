//! The way of a picture through a network: its steps in a line, what is added along the way, and what comes again and again.

use plumage_record::{NetworkRecord, StepKind, StepRecord};

/// The steps from the input to the output.
#[derive(Debug, PartialEq)]
pub(super) struct Line<'a> {
    /// In their order.
    pub(super) steps: Vec<OnLine<'a>>,
    /// The steps that come again and again, where there are some.
    pub(super) repeat: Option<Repeat>,
}

/// A step on the line.
#[derive(Debug, PartialEq)]
pub(super) struct OnLine<'a> {
    pub(super) step: &'a StepRecord,
    /// What is added to it.
    pub(super) plus: Option<Plus>,
}

/// What is added to what a step makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plus {
    /// The network's input.
    Input,
    /// The bicubic enlargement of the network's input.
    Bicubic,
    /// What the step at that place of the line makes.
    Step(usize),
}

/// Steps of the line that stand for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    /// The first of them.
    pub(super) from: usize,
    /// How many belong together.
    pub(super) period: usize,
    /// How often they come.
    pub(super) times: usize,
}

/// The line of a network. Steps that come again are there once.
pub(super) fn line(network: &NetworkRecord) -> Line<'_> {
    let steps = &network.steps;
    let mut places = Vec::new();
    let mut at = steps.len().checked_sub(1);
    while let Some(index) = at {
        places.push(index);
        at = steps[index].reads.first().copied().flatten();
    }
    places.reverse();
    let place_of = |index: usize| places.iter().position(|place| *place == index);
    let on_line = |index: &usize| {
        let step = &steps[*index];
        let plus = step.reads.get(1).map(|read| match read {
            None => Plus::Input,
            Some(other) => place_of(*other).map_or(Plus::Bicubic, Plus::Step),
        });
        OnLine { step, plus }
    };
    let all: Vec<OnLine> = places.iter().map(on_line).collect();
    let repeat = repeated(&all);
    match repeat {
        Some(Repeat { from, period, times }) => {
            let (first, end) = (from + period, from + period * times);
            let shift = end - first;
            let kept = all.into_iter().enumerate().filter(|(index, _)| !(first..end).contains(index));
            let moved = kept.map(|(_, one)| OnLine {
                plus: one.plus.map(|plus| match plus {
                    Plus::Step(place) if place >= first => Plus::Step(place.saturating_sub(shift)),
                    plus => plus,
                }),
                ..one
            });
            Line { steps: moved.collect(), repeat }
        }
        None => Line { steps: all, repeat: None },
    }
}

/// The longest stretch of equal groups of up to four steps; the shorter group, where two cover as many steps.
fn repeated(steps: &[OnLine]) -> Option<Repeat> {
    let mut best: Option<Repeat> = None;
    for period in 1..=4 {
        for from in 0..steps.len() {
            let equal = |at: usize| {
                (0..period).all(|k| match (steps.get(from + k), steps.get(at + k)) {
                    (Some(one), Some(other)) => alike(one, from + k, other, at + k),
                    _ => false,
                })
            };
            let times = 1 + (1..).take_while(|n| equal(from + n * period)).count();
            let covers = |repeat: &Repeat| repeat.period * repeat.times;
            let found = Repeat { from, period, times };
            if times > 1 && best.as_ref().is_none_or(|best| covers(&found) > covers(best)) {
                best = Some(found);
            }
        }
    }
    best
}

/// Whether two steps do the same, and add what lies as far behind them.
fn alike(one: &OnLine, at: usize, other: &OnLine, other_at: usize) -> bool {
    let does = |step: &StepRecord| (step.does.clone(), step.channels, step.hr_px, step.parameters);
    let behind = |plus: Option<Plus>, at: usize| match plus {
        Some(Plus::Step(place)) => Some(Some(at - place)),
        Some(Plus::Input | Plus::Bicubic) => Some(None),
        None => None,
    };
    let is_layer = matches!(one.step.does, StepKind::Convolution { .. });
    is_layer && does(one.step) == does(other.step) && behind(one.plus, at) == behind(other.plus, other_at)
}

#[cfg(test)]
pub(super) mod tests {
    use plumage_record::Role;

    use super::*;

    pub(in crate::diagram) fn layer(channels: usize, reads: Vec<Option<usize>>, hr_px: usize) -> StepRecord {
        StepRecord {
            name: Some("layer".into()),
            does: StepKind::Convolution {
                kernel: 3,
                computed_kernel: 3,
                stride: 1,
                activation: Some("ReLU".into()),
            },
            reads,
            channels,
            hr_px: Some(hr_px),
            parameters: 9 * channels as u64,
            macs_per_hr_pixel: 9. * channels as f64,
        }
    }

    pub(in crate::diagram) fn other(
        does: StepKind,
        channels: usize,
        reads: Vec<Option<usize>>,
        hr_px: usize,
    ) -> StepRecord {
        StepRecord { name: None, does, parameters: 0, macs_per_hr_pixel: 0., ..layer(channels, reads, hr_px) }
    }

    pub(in crate::diagram) fn network(role: Role, steps: Vec<StepRecord>) -> NetworkRecord {
        NetworkRecord {
            name: "srresnet".into(),
            role,
            channels: 1,
            scale: 3,
            input_hr_px: if role == Role::Upscaler { 3 } else { 1 },
            patch_px: 72,
            noise: role == Role::Upscaler,
            spectral_norm: role == Role::Discriminator,
            parameters: 120_345,
            macs_per_hr_pixel: 12_345,
            steps,
        }
    }

    /// A head, `blocks` residual blocks, a tail, and a pixel shuffle over the bicubic enlargement.
    pub(in crate::diagram) fn residual(blocks: usize) -> NetworkRecord {
        let mut steps = vec![layer(32, vec![None], 3)];
        for _ in 0..blocks {
            let last = steps.len() - 1;
            steps.push(layer(32, vec![Some(last)], 3));
            steps.push(layer(32, vec![Some(last + 1), Some(last)], 3));
        }
        steps.push(layer(144, vec![Some(steps.len() - 1)], 3));
        let tail = steps.len() - 1;
        steps.push(other(StepKind::PixelShuffle, 16, vec![Some(tail)], 1));
        steps.push(layer(1, vec![Some(tail + 1)], 1));
        steps.push(other(StepKind::Mirror, 1, vec![None], 3));
        steps.push(other(
            StepKind::Convolution { kernel: 5, computed_kernel: 5, stride: 1, activation: None },
            9,
            vec![Some(tail + 3)],
            3,
        ));
        steps.push(other(StepKind::PixelShuffle, 1, vec![Some(tail + 4)], 1));
        steps.push(other(StepKind::Sum, 1, vec![Some(tail + 2), Some(tail + 5)], 1));
        network(Role::Upscaler, steps)
    }

    #[test]
    fn residual_blocks_are_there_once_and_the_bicubic_enlargement_is_no_step() {
        let network = residual(6);
        let line = line(&network);
        assert_eq!(line.repeat, Some(Repeat { from: 1, period: 2, times: 6 }));
        let plus: Vec<_> = line.steps.iter().map(|one| one.plus).collect();
        assert_eq!(plus, [None, None, Some(Plus::Step(0)), None, None, None, Some(Plus::Bicubic)]);
    }

    #[test]
    fn a_network_without_repetition_is_its_steps() {
        let steps =
            vec![layer(64, vec![None], 1), layer(32, vec![Some(0)], 1), layer(1, vec![Some(1), None], 1)];
        let network = network(Role::Upscaler, steps);
        let line = line(&network);
        assert_eq!((line.steps.len(), line.repeat), (3, None));
        assert_eq!(line.steps[2].plus, Some(Plus::Input));
    }

    #[test]
    fn a_stack_of_equal_layers_is_one_layer_that_comes_often() {
        let steps = (0..8).map(|index: usize| layer(16, vec![index.checked_sub(1)], 3)).collect();
        let network = network(Role::Upscaler, steps);
        let line = line(&network);
        assert_eq!((line.steps.len(), line.repeat), (1, Some(Repeat { from: 0, period: 1, times: 8 })));
    }

    #[test]
    fn a_network_without_steps_has_none() {
        assert_eq!(line(&network(Role::Judge, Vec::new())), Line { steps: Vec::new(), repeat: None });
    }
}
