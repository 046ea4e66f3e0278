use std::{
    fs::{self, File},
    io::{self, Read},
    ops::Range,
    path::Path,
    sync::Arc,
};

/// Far above what a person writes; a larger file is some other file by mistake.
const MAX_BYTES: u64 = 1024 * 1024;

/// A text that keys come from: a file, or one `--set` argument.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    /// The text as it may be shown on a terminal, byte for byte as long as `text`.
    shown: String,
    line_starts: Vec<usize>,
    is_argument: bool,
}

/// Where something is written: bytes `span` of `source`.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file or argument.
    pub source: Arc<Source>,
    /// Byte offsets into the source's text.
    pub span: Range<usize>,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("there is no file {0}")]
    Missing(String),
    #[error("{0} is not a regular file")]
    NotAFile(String),
    #[error("{0} is larger than 1 MiB: is it a configuration?")]
    TooLarge(String),
    #[error("{0} is not text: byte {1} is not valid UTF-8")]
    NotText(String, usize),
    #[error("failed to read {0}: {1}")]
    Io(String, io::Error),
}

impl Source {
    /// The contents of a file.
    pub(crate) fn file(name: String, text: String) -> Arc<Self> {
        Arc::new(Self::new(name, text, false))
    }

    /// One `--set` argument, shown as the user typed it.
    pub(crate) fn argument(argument: &str) -> Arc<Self> {
        Arc::new(Self::new("command line".to_owned(), format!("--set {argument}"), true))
    }

    /// Reads a file, refusing what could block or fill the memory: a FIFO, a device, a folder, a file over 1 MiB.
    pub(crate) fn read(path: &Path) -> Result<Arc<Self>, Unreadable> {
        let name = printable(&path.to_string_lossy());
        let io_error = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Unreadable::Missing(name.clone()),
            _ => Unreadable::Io(name.clone(), error),
        };
        // Asked before opening, because opening a FIFO waits for its writer.
        if !fs::metadata(path).map_err(io_error)?.is_file() {
            return Err(Unreadable::NotAFile(name));
        }
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(io_error)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Unreadable::TooLarge(name));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::file(name, text)),
            Err(error) => Err(Unreadable::NotText(name, error.utf8_error().valid_up_to())),
        }
    }

    fn new(name: String, text: String, is_argument: bool) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { shown: printable(&text), name, text, line_starts, is_argument }
    }

    /// The file's path as given, or "command line".
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this is a `--set` argument rather than a file.
    pub fn is_argument(&self) -> bool {
        self.is_argument
    }

    /// The whole text, without characters that would command the terminal.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// The bytes of the line that holds byte `at`, without its end of line.
    pub(crate) fn line_around(&self, at: usize) -> Range<usize> {
        let index = self.line_index(at);
        let start = self.line_starts[index];
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        start..end
    }

    /// Counted from 0.
    pub(crate) fn line_index(&self, at: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= at).saturating_sub(1)
    }
}

impl Place {
    pub(crate) fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// Counted from 1.
    pub fn line(&self) -> usize {
        self.source.line_index(self.span.start) + 1
    }

    /// In characters, counted from 1.
    pub fn column(&self) -> usize {
        let start = self.source.line_around(self.span.start).start;
        self.source.text[start..].char_indices().take_while(|(at, _)| start + at < self.span.start).count()
            + 1
    }
}

/// `text` with every control character but tab and newline replaced by as many question marks as it has bytes.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            '\r' => shown.push(' '),
            _ if character.is_control() => shown.extend(std::iter::repeat_n('?', character.len_utf8())),
            _ => shown.push(character),
        }
    }
    shown
}
