//! Which experiments the page needs, and what is changed in them where it is to be quick.

use super::{Extent, Images};
use crate::report::Wanted;

/// The runs of the page.
pub(super) struct Plan {
    pub(super) srcnn: Wanted,
    pub(super) srresnet: Wanted,
    pub(super) srgan: Wanted,
    /// The judges, of the runs by the names that are planned; see [`Plan::judge_of`].
    pub(super) judge: Wanted,
    /// SRCNN by number of images and seed.
    pub(super) samples: Vec<Wanted>,
    /// The folder of the page in results/.
    pub(super) folder: &'static str,
    /// What was left out, a sentence each.
    pub(super) cut: Vec<String>,
}

/// Changes of `--set` for each of the experiments.
struct Changes {
    /// The networks that are compared, those with residual blocks, and SRGAN.
    network: &'static [&'static str],
    srcnn: &'static [&'static str],
    srresnet: &'static [&'static str],
    srgan: &'static [&'static str],
    judge: &'static [&'static str],
    samples: &'static [&'static str],
    /// Those that hold for drawn birds alone: how many there are.
    aviary: &'static [&'static str],
    judge_aviary: &'static [&'static str],
    samples_aviary: &'static [&'static str],
}

/// Ten minutes on two cores: a seventh of the steps at most, small sets of drawn birds, judges of one size.
const QUICK: Changes = Changes {
    network: &["data.split.test=0.4"],
    srcnn: &["trainer.steps=800", "trainer.validate_every=200", "trainer.checkpoint_every=400"],
    srresnet: &["trainer.steps=800", "trainer.validate_every=200", "trainer.checkpoint_every=400"],
    srgan: &[
        "trainer.steps=1000",
        "trainer.validate_every=200",
        "trainer.checkpoint_every=200",
        "adversarial.pretraining_steps=500",
        "adversarial.ramp_steps=100",
    ],
    judge: &[
        "judge.patches_px=[32]",
        "judge.seeds=2",
        "judge.min_test_images=40",
        "judge.statistics.replicates=1000",
        "judge.statistics.permutations=1000",
        "trainer.steps=150",
    ],
    samples: &["trainer.steps=400", "trainer.validate_every=400", "trainer.checkpoint_every=400"],
    aviary: &["data.train.aviary.images=500"],
    judge_aviary: &["data.images.aviary.images=500"],
    samples_aviary: &["data.train.aviary.images=700", "data.split.validation=0.1"],
};

/// Seconds: everything once.
const TINY: Changes = Changes {
    network: &[
        "data.split.validation=0.1",
        "data.split.test=0.5",
        "data.patches.random.hr_size=24",
        "data.patches.random.per_image=2",
        "data.batches.size=2",
        "data.batches.pool=2",
        "trainer.steps=8",
        "trainer.record_every=2",
        "trainer.validate_every=4",
        "trainer.checkpoint_every=8",
        "trainer.ema_decay=0.9",
        "evaluation.figures=1",
    ],
    srcnn: &["model.srcnn.widths=[4, 4]"],
    srresnet: &["model.srresnet.n_feats=4", "model.srresnet.n_blocks=2", "model.srresnet.hr_feats=4"],
    srgan: &[
        "model.srresnet.n_feats=4",
        "model.srresnet.n_blocks=2",
        "model.srresnet.hr_feats=4",
        "adversarial.pretraining_steps=4",
        "adversarial.ramp_steps=2",
        "adversarial.discriminator.widths=[4, 4]",
    ],
    judge: &[
        "judge.patches_px=[16]",
        "judge.widths=[4, 4]",
        "judge.seeds=2",
        "judge.crops_per_image=2",
        "judge.noise_draws=2",
        "judge.figures=4",
        "judge.min_test_images=4",
        "judge.statistics.replicates=100",
        "judge.statistics.permutations=100",
        "trainer.steps=10",
        "trainer.pairs=4",
        "trainer.validate_every=5",
        "trainer.schedule.warmup_steps=2",
    ],
    samples: &[
        "model.srcnn.widths=[4, 4]",
        "data.patches.random.hr_size=24",
        "data.patches.random.per_image=2",
        "data.batches.size=2",
        "data.batches.pool=2",
        "data.split.validation=0.2",
        "data.split.test=0.1",
        "trainer.steps=8",
        "trainer.record_every=4",
        "trainer.validate_every=8",
        "trainer.checkpoint_every=8",
        "trainer.ema_decay=0.9",
        "evaluation.gap_images=4",
    ],
    aviary: &["data.train.aviary.images=60", "data.train.aviary.side=72"],
    judge_aviary: &["data.images.aviary.images=60", "data.images.aviary.side=72"],
    samples_aviary: &["data.train.aviary.images=40", "data.train.aviary.side=48"],
};

impl Plan {
    /// What is needed for a page of those images.
    pub(super) fn of(images: Images, extent: Extent) -> Self {
        let (changes, suffix) = match extent {
            Extent::Full => (None, ""),
            Extent::Quick => (Some(&QUICK), "-quick"),
            Extent::Tiny => (Some(&TINY), "-tiny"),
        };
        let is_aviary = images == Images::Aviary;
        let name = images.name();
        type Part = fn(&Changes) -> &'static [&'static str];
        let set = |parts: &[Part], of_aviary: Part| -> Vec<String> {
            let Some(changes) = changes else { return Vec::new() };
            let aviary = if is_aviary { of_aviary(changes) } else { &[] };
            parts.iter().flat_map(|part| part(changes)).chain(aviary).map(|set| (*set).to_owned()).collect()
        };
        let network = |kind: &str, part: Part| Wanted {
            experiment: format!("{kind}_{name}"),
            set: set(&[|changes| changes.network, part], |changes| changes.aviary),
            run: format!("{kind}_{name}{suffix}"),
        };
        let of_samples = set(&[|changes| changes.samples], |changes| changes.samples_aviary);
        let (numbers, seeds) = numbers(images, extent);
        let mut samples = Vec::new();
        for number in numbers {
            for seed in seeds {
                let own = [format!("data.train_images={number}"), format!("seed={seed}")];
                samples.push(Wanted {
                    experiment: format!("samples_{name}"),
                    set: of_samples.iter().cloned().chain(own).collect(),
                    run: format!("samples_{name}-{number}-seed{seed}{suffix}"),
                });
            }
        }
        Self {
            srcnn: network("srcnn", |changes| changes.srcnn),
            srresnet: network("srresnet", |changes| changes.srresnet),
            srgan: network("srgan", |changes| changes.srgan),
            judge: Wanted {
                experiment: format!("judge_{name}"),
                set: set(&[|changes| changes.judge], |changes| changes.judge_aviary),
                run: format!("judge_{name}{suffix}"),
            },
            samples,
            folder: match (images, extent) {
                (Images::Aviary, Extent::Full) => "course",
                (Images::Birds, Extent::Full) => "course-birds",
                (Images::Aviary, Extent::Quick) => "course-quick",
                (Images::Birds, Extent::Quick) => "course-birds-quick",
                (_, Extent::Tiny) => "course-tiny",
            },
            cut: cut(images, extent),
        }
    }

    /// The judges of the runs of these names: SRCNN's, SRResNet's and SRGAN's. Nothing is changed where they are those of the
    /// experiment itself, so that a study that was made by hand is the same.
    pub(super) fn judge_of(&self, names: &[String]) -> Wanted {
        let Wanted { experiment, set, run } = &self.judge;
        let images = experiment.trim_start_matches("judge_");
        let own = ["srcnn", "srresnet", "srgan"].map(|kind| format!("{kind}_{images}"));
        let mut set = set.clone();
        if let [srcnn, .., srgan] = names
            && *names != own
        {
            let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            set.push(format!("judge.methods=[{}]", quoted.join(", ")));
            set.push(format!("judge.claim.fools_more={srcnn:?}"));
            set.push(format!("judge.claim.than={srgan:?}"));
        }
        Wanted { experiment: experiment.clone(), set, run: run.clone() }
    }
}

/// The numbers of images, and the seeds.
fn numbers(images: Images, extent: Extent) -> (&'static [u64], &'static [u64]) {
    match (extent, images) {
        (Extent::Full, Images::Aviary) => (&[50, 150, 500, 1500, 5000], &[1, 2, 3]),
        // There are fewer photographs.
        (Extent::Full, Images::Birds) => (&[50, 150, 500, 1000, 2000], &[1, 2, 3]),
        (Extent::Quick, _) => (&[50, 150, 500], &[1]),
        (Extent::Tiny, _) => (&[4, 12], &[1, 2]),
    }
}

/// What a page of that extent leaves out of the full one.
fn cut(images: Images, extent: Extent) -> Vec<String> {
    let ends = |extent| {
        let (numbers, seeds) = numbers(images, extent);
        (
            numbers.first().copied().unwrap_or_default(),
            numbers.last().copied().unwrap_or_default(),
            seeds.len(),
        )
    };
    match extent {
        Extent::Full => Vec::new(),
        Extent::Quick => {
            let ((fewest, most, _), (_, most_of_full, seeds_of_full)) = (ends(extent), ends(Extent::Full));
            let drawn = if images == Images::Aviary { "; there are 500 drawn birds, not 2,000" } else { "" };
            vec![
                format!("The networks made a seventh of their steps at most{drawn}."),
                "Judges look at crops of 32 pixels alone, two of every kind and not three, with a third of their steps."
                    .to_owned(),
                format!(
                    "The number of images is studied by a sixth of the steps and one seed, not by {seeds_of_full}, from {fewest} to \
                     {most} and not to {most_of_full}."
                ),
            ]
        }
        Extent::Tiny => {
            vec!["Everything: this page is a test, and none of its numbers means anything.".to_owned()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{experiment::Experiment, workspace::Workspace};

    fn all(plan: &Plan) -> Vec<Wanted> {
        let judge = plan.judge_of(&[&plan.srcnn, &plan.srresnet, &plan.srgan].map(|one| one.run.clone()));
        [&plan.srcnn, &plan.srresnet, &plan.srgan]
            .into_iter()
            .cloned()
            .chain([judge])
            .chain(plan.samples.clone())
            .collect()
    }

    #[test]
    fn every_experiment_of_every_plan_can_be_read() {
        let workspace = Workspace::find().unwrap();
        for images in [Images::Aviary, Images::Birds] {
            for extent in [Extent::Full, Extent::Quick, Extent::Tiny] {
                for Wanted { experiment, set, run } in all(&Plan::of(images, extent)) {
                    plumage_record::check_name(&run).unwrap();
                    if let Err(failure) = Experiment::load(&workspace, &experiment, &set) {
                        panic!("{run}: {}", failure.message());
                    }
                }
            }
        }
    }

    #[test]
    fn the_full_plan_changes_nothing_but_numbers_of_images_and_seeds() {
        let plan = Plan::of(Images::Aviary, Extent::Full);
        let judge = plan.judge_of(&["srcnn_aviary", "srresnet_aviary", "srgan_aviary"].map(str::to_owned));
        for wanted in [&plan.srcnn, &plan.srresnet, &plan.srgan, &judge] {
            assert!(wanted.set.is_empty() && wanted.run == wanted.experiment, "{wanted:?}");
        }
        assert_eq!(plan.samples.len(), 15);
        assert_eq!(plan.samples[3].set, ["data.train_images=150", "seed=1"]);
        assert!(plan.cut.is_empty());
    }

    #[test]
    fn a_judge_of_other_runs_is_told_their_names() {
        let plan = Plan::of(Images::Birds, Extent::Full);
        let judge = plan.judge_of(&["a", "b", "c"].map(str::to_owned));
        assert_eq!(
            judge.set,
            ["judge.methods=[\"a\", \"b\", \"c\"]", "judge.claim.fools_more=\"a\"", "judge.claim.than=\"c\""]
        );
    }

    #[test]
    fn what_is_not_full_says_what_it_cut() {
        for extent in [Extent::Quick, Extent::Tiny] {
            assert!(!Plan::of(Images::Aviary, extent).cut.is_empty());
        }
    }

    #[test]
    fn the_parts_of_the_steps_that_a_quick_page_names_are_those_that_it_makes() {
        let workspace = Workspace::find().unwrap();
        let steps =
            |Wanted { experiment, set, .. }: &Wanted| match Experiment::load(&workspace, experiment, set)
                .unwrap()
                .value
            {
                Experiment::Restore(restore) => restore.trainer.steps,
                Experiment::Judge(judge) => judge.trainer.steps,
            };
        for images in [Images::Aviary, Images::Birds] {
            let [quick, full] = [Extent::Quick, Extent::Full].map(|extent| Plan::of(images, extent));
            let part = |of: fn(&Plan) -> &Wanted| {
                (steps(of(&full)) as f64 / steps(of(&quick)) as f64).round() as u64
            };
            let networks: [fn(&Plan) -> &Wanted; 3] =
                [|plan| &plan.srcnn, |plan| &plan.srresnet, |plan| &plan.srgan];
            assert_eq!(networks.map(part).into_iter().min(), Some(7));
            assert_eq!(quick.cut.len(), 3);
            assert_eq!([part(|plan| &plan.judge), part(|plan| &plan.samples[0])], [3, 6]);
            for (sentence, words) in quick.cut.iter().zip([
                "a seventh of their steps",
                "a third of their steps",
                "a sixth of the steps",
            ]) {
                assert!(sentence.contains(words), "{sentence}");
            }
        }
    }
}
