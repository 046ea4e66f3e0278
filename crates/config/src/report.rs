//! How mistakes are printed: as rustc does, each with its line and a caret, then a line that counts them.

use std::{fmt, ops::Range};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::{ConfigErrors, Mistake, Source};

/// More mistakes than this are counted, not printed.
const MAX_PRINTED: usize = 50;

/// Of a longer line, only the part around the caret is printed.
const MAX_LINE_BYTES: usize = 160;

/// Where the text is printed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A terminal: colours, and lines drawn with Unicode characters.
    Terminal,
    /// A file or a pipe: ASCII (but for the quoted text), one message a line.
    Plain,
}

impl ConfigErrors {
    /// Every mistake with the line it is on, a caret below it, and advice; ends with a newline.
    pub fn render(&self, look: Look) -> String {
        let handler = look.handler();
        let mut text = String::new();
        for mistake in self.mistakes().iter().take(MAX_PRINTED) {
            let start = text.len();
            // The handler fails only where a source cannot be read, and ours are in memory.
            if handler.render_report(&mut text, mistake).is_err() {
                text.truncate(start);
                text.push_str(&format!("error: {mistake}\n"));
            }
            text.push('\n');
        }
        let hidden = self.mistakes().len().saturating_sub(MAX_PRINTED);
        let more = if hidden > 0 { format!(" ({hidden} of them not shown)") } else { String::new() };
        text.push_str(&format!("error: {self}{more}\n"));
        text
    }
}

impl Look {
    fn handler(self) -> GraphicalReportHandler {
        let plain =
            ThemeCharacters { error: "error:".to_owned(), vbar_break: '|', ..ThemeCharacters::ascii() };
        let drawn = ThemeCharacters { error: "error:".to_owned(), ..ThemeCharacters::unicode() };
        let theme = match self {
            Self::Terminal => GraphicalTheme { characters: drawn, styles: ThemeStyles::ansi() },
            Self::Plain => GraphicalTheme { characters: plain, styles: ThemeStyles::none() },
        };
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_wrap_lines(self == Self::Terminal)
            .with_width(100)
            .without_syntax_highlighting()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mistake {}

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &*place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        // Of a value that goes over several lines, the first one is marked.
        let line = place.source.excerpt(place.span.start);
        let mut span = place.span.start..place.span.end.min(line.end).max(place.span.start);
        if span.is_empty() && span.start == line.end && line.start < line.end {
            // Where something is missing after the end of a line, its last character is marked.
            span.start -= place.source.shown()[line].chars().next_back().map_or(0, char::len_utf8);
        }
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, span))))
    }
}

impl Source {
    /// The part of the line around byte `at` that is worth printing.
    fn excerpt(&self, at: usize) -> Range<usize> {
        let line = self.line_around(at);
        if line.len() <= MAX_LINE_BYTES {
            return line;
        }
        let mut start = at.saturating_sub(MAX_LINE_BYTES / 2).max(line.start);
        let mut end = (at + MAX_LINE_BYTES / 2).min(line.end);
        while !self.shown().is_char_boundary(start) {
            start -= 1;
        }
        while !self.shown().is_char_boundary(end) {
            end += 1;
        }
        start..end
    }
}

impl SourceCode for Source {
    /// The span itself, or the one line around it where context is asked for.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        _context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let span = if context_lines_before > 0 {
            self.excerpt(span.offset())
        } else {
            span.offset()..span.offset() + span.len()
        };
        let data = self.shown().as_bytes().get(span.clone()).ok_or(MietteError::OutOfBounds)?;
        let line_start = self.line_around(span.start).start;
        let line = self.line_index(span.start);
        let column = self.shown()[line_start..span.start].chars().count();
        let name = self.name().to_owned();
        Ok(Box::new(MietteSpanContents::new_named(name, data, span.into(), line, column, 1)))
    }
}
