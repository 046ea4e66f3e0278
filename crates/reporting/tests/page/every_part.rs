//! A page with a part of every kind, from made-up numbers.

use image::{Rgb, RgbImage};
use plumage_reporting::{
    Curve, Curves, Heading, Quantity,
    page::{Chart, Figure, Graphic, Look, Origin, Page, Part, Section, Verdict, View, Views},
    tables::{Cell, Column, Table},
};

fn picture(shade: u8, side: u32) -> Graphic {
    let pixel = |x: u32, y: u32| {
        let (u, v) = (f64::from(x) / f64::from(side), f64::from(y) / f64::from(side));
        let wave = (40. * u * v + f64::from(shade)).sin() * 0.5 + 0.5;
        Rgb([(255. * wave) as u8, (255. * u) as u8, shade.wrapping_add((200. * v) as u8)])
    };
    Graphic::pixels("made up", RgbImage::from_fn(side, side, pixel)).unwrap()
}

fn views(look: Look) -> Views {
    let view = |(name, shade, side): (&str, u8, u32)| View {
        name: name.into(),
        detail: format!("PSNR-Y {shade}.5 dB"),
        graphic: picture(shade, side),
    };
    Views {
        pair: (0, 3),
        subject: "a made-up bird".into(),
        views: [("LR", 10, 80), ("bicubic", 20, 240), ("SRCNN <9-1-5>", 30, 240), ("HR", 40, 240)]
            .map(view)
            .into(),
        look,
        caption: "The same crop by **four** methods.".into(),
        origin: origin(),
    }
}

fn origin() -> Origin {
    let facts = [("commit", "1a2b3c4d5e"), ("config", "0011223344"), ("seed", "1"), ("protocol", "y_matlab")];
    Origin { facts: facts.map(|(name, value)| (name.to_owned(), value.to_owned())).into() }
}

fn curves() -> Curves {
    let curve = |(name, rate): (&str, f64)| Curve {
        name: name.into(),
        points: (1..=60).map(|m| (f64::from(m) / 3., 32.5 - 2. * (-f64::from(m) * rate).exp())).collect(),
    };
    Curves {
        heading: Heading { title: "PSNR against time".into(), subtitle: "two runs & <one> level".into() },
        x: Quantity::logarithmic("minutes of training"),
        y: Quantity::linear("PSNR on Y, dB (y_matlab)"),
        curves: [("9-1-5", 0.1), ("9-5-5", 0.05)].map(curve).into(),
        levels: vec![("32.39 dB".into(), 32.39)],
    }
}

fn table() -> Table {
    let mut table = Table::new("Scores on a made-up set, y_matlab");
    let names = ["9-1-5", "9-5-5", "a <b> & \"c\""].map(Cell::text).into();
    table.push(Column::text("network", names));
    let psnr = [Some(32.391), Some(32.75), None].map(|db| Cell::number(db, 2)).into();
    table.push(Column::numbers("PSNR-Y", Some("dB"), psnr));
    let spread = Cell::Spread { value: 32.4, spread: 0.02, decimals: 2 };
    table.push(Column::numbers("three seeds", Some("dB"), vec![spread.clone(), Cell::Missing, spread]));
    table.push(Column::numbers("weights", None, [8_032, 57_184, 1].map(Cell::count).into()));
    table
}

/// The page.
pub(crate) fn page() -> Page {
    let text = |text: &str| text.to_owned();
    Page {
        title: "A page with <everything>".into(),
        lead: "What is **most important** comes first.".into(),
        sections: vec![
            Section::new(
                "words",
                "Words",
                vec![
                    Part::Prose(text("A paragraph with `code`, and a [link](#charts).\n\n- one\n- two\n")),
                    Part::Quote { words: text("It was overfit."), source: text("the report, S7") },
                    Part::Verdict { verdict: Verdict::Depends, words: text("It holds with **few** images.") },
                    Part::Verdict { verdict: Verdict::Holds, words: text("So it is.") },
                    Part::Verdict { verdict: Verdict::Fails, words: text("It is not so.") },
                    Part::Verdict { verdict: Verdict::Untested, words: text("Nobody knows.") },
                    Part::Facts(vec![
                        (text("networks"), text("3")),
                        (text("best"), text("32.75 dB")),
                        (text("longest run"), text("17 min")),
                    ]),
                    Part::Commands(vec![text("cargo xtask experiment tiny"), text("cargo xtask chart tiny")]),
                ],
            ),
            Section::new(
                "charts",
                "Charts and tables",
                vec![
                    Part::Chart(Chart::new(&curves(), "Both come close.", origin())),
                    Part::Table(table()),
                    Part::Heading(text("A picture of plotters")),
                    Part::Figure(Figure {
                        graphic: Graphic::Svg(curves().picture("curves").unwrap().svg),
                        alt: text("the same curves"),
                        caption: text("As it is in a README."),
                        origin: origin(),
                    }),
                ],
            ),
            Section::new(
                "pictures",
                "Pictures",
                vec![
                    Part::Views(views(Look::SliderAndZoom)),
                    Part::Views(views(Look::Slider)),
                    Part::Details { summary: text("More"), parts: vec![Part::Views(views(Look::Zoom))] },
                ],
            ),
        ],
        footer: "Made by `cargo test`.".into(),
    }
}
