//! The messages of an events file, as far as they are needed; their names and numbers are those of TensorFlow's event.proto
//! and summary.proto.

use prost::Message;

/// Something that happened in a run.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub(super) wall_time: f64,
    /// Steps made.
    #[prost(int64, tag = "2")]
    pub(super) step: i64,
    /// Of the first event alone: the version of the format.
    #[prost(string, optional, tag = "3")]
    pub(super) file_version: Option<String>,
    /// What is known since.
    #[prost(message, optional, tag = "5")]
    pub(super) summary: Option<Summary>,
}

/// Numbers and pictures.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Summary {
    #[prost(message, repeated, tag = "1")]
    pub(super) value: Vec<Value>,
}

/// A number or a picture, `Summary.Value`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    /// What it is called; what stands before the first slash is its group.
    #[prost(string, tag = "1")]
    pub(super) tag: String,
    #[prost(float, optional, tag = "2")]
    pub(super) simple_value: Option<f32>,
    #[prost(message, optional, tag = "4")]
    pub(super) image: Option<Image>,
}

/// Red, green and blue, as [`Image::colorspace`].
pub(super) const RGB: i32 = 3;

/// A picture, `Summary.Image`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Image {
    #[prost(int32, tag = "1")]
    pub(super) height: i32,
    #[prost(int32, tag = "2")]
    pub(super) width: i32,
    #[prost(int32, tag = "3")]
    pub(super) colorspace: i32,
    /// A PNG file.
    #[prost(bytes = "vec", tag = "4")]
    pub(super) encoded_image_string: Vec<u8>,
}
