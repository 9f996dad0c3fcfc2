/// TensorFlow's `Event` message (event.proto, summary.proto, tensor.proto), as far as a run needs it:
/// numbers by name, a text, and where a run goes on.
struct Event {
  /// What an event holds.
  enum Content {
    /// The first event of each file: the format's version.
    case fileVersion
    /// That the run starts again at the event's step: readers drop what earlier files have of it and of later steps.
    case start
    /// Numbers by tag.
    case scalars([(tag: String, value: Double)])
    /// A text in Markdown under a tag.
    case text(tag: String, String)
  }

  /// Seconds since 1970.
  var time: Double
  /// The step it belongs to, from 1 on; 0 is before the first.
  var step: Int
  var content: Content

  /// The message's bytes.
  var bytes: [UInt8] {
    var event = ProtobufMessage()
    event.add(1, time)
    event.add(2, step)
    switch content {
    case .fileVersion: event.add(3, "brain.Event:2")
    case .start: event.add(7) { log in log.add(1, 1) }
    case .scalars(let values):
      event.add(5) { summary in
        for (tag, value) in values {
          summary.add(1) {
            $0.add(1, tag)
            $0.add(2, Float(value))
          }
        }
      }
    case .text(let tag, let text):
      event.add(5) { summary in
        summary.add(1) { value in
          value.add(1, tag)
          value.add(9) { metadata in metadata.add(1) { $0.add(1, "text") } }
          value.add(8) { tensor in
            // DT_STRING, of no dimensions.
            tensor.add(1, 7)
            tensor.add(2) { _ in }
            tensor.add(8, text)
          }
        }
      }
    }
    return event.bytes
  }
}
