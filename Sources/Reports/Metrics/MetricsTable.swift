/// A run's steps and epochs as one table of comma-separated text, made of the lines of its `metrics.jsonl` one by one,
/// so that a long run's are never in memory as a whole.
///
/// A line for each step under a header; the row of an epoch's last step also has what its validation gave. Numbers
/// stand as in the metrics, and so read back to the same bits; what isn't finite is "nan", and what isn't there is
/// empty.
package struct MetricsTable {
  /// Text that is done and not yet taken.
  private var text: [UInt8]
  /// What the row of an epoch's last step has of it.
  private let epochNames: [[UInt8]]
  /// The latest step's row, without what a validation may give.
  private var row: [UInt8] = []

  /// The header.
  ///
  /// - metrics: the names of those that a run has beside the accuracy.
  package init(metrics: [String] = []) {
    let names = ["valid_loss", "accuracy"] + metrics + ["seconds"]
    epochNames = names.map { Array($0.utf8) }
    let steps = "step,epoch,loss,smoothed_loss,lr,momentum,gradient_norm,left_out,"
    text = Array((steps + names.joined(separator: ",") + "\n").utf8)
  }

  /// Adds a line of the metrics, without its line break; one that isn't of a step or an epoch is left out.
  package mutating func add(line: ArraySlice<UInt8>) {
    let fields = Self.fields(of: line)
    func value(_ name: [UInt8]) -> ArraySlice<UInt8> { fields.first { $0.name.elementsEqual(name) }?.value ?? [] }
    func append(_ value: ArraySlice<UInt8>, to text: inout [UInt8]) {
      if value.elementsEqual(Self.null) { text += Self.nan } else { text += value }
    }
    let kind = value(Self.kind)
    if kind.elementsEqual(Self.step) {
      endRow()
      for name in Self.stepNames {
        append(value(name), to: &row)
        row.append(UInt8(ascii: ","))
      }
      row.append(value(Self.leftOut).isEmpty ? UInt8(ascii: "0") : UInt8(ascii: "1"))
    } else if kind.elementsEqual(Self.epoch), !row.isEmpty {
      text += row
      row.removeAll(keepingCapacity: true)
      for name in epochNames {
        text.append(UInt8(ascii: ","))
        append(value(name), to: &text)
      }
      text.append(UInt8(ascii: "\n"))
    }
  }

  private static let stepNames = ["step", "epoch", "loss", "smoothed_loss", "lr", "momentum", "gradient_norm"]
    .map { Array($0.utf8) }
  private static let (kind, leftOut) = (Array("kind".utf8), Array("left_out".utf8))
  private static let (step, epoch) = (Array("\"step\"".utf8), Array("\"epoch\"".utf8))
  private static let (null, nan) = (Array("null".utf8), Array("nan".utf8))

  private mutating func endRow() {
    guard !row.isEmpty else { return }
    text += row
    text += epochNames.map { _ in UInt8(ascii: ",") } + [UInt8(ascii: "\n")]
    row.removeAll(keepingCapacity: true)
  }

  /// Bytes of text that is done and not yet taken.
  package var byteCount: Int { text.count }

  /// What is done since this was taken last.
  package mutating func take() -> [UInt8] {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  /// What is left, after the last line.
  package mutating func finish() -> [UInt8] {
    endRow()
    return take()
  }

  /// Names and values of a line as `MetricsLog` writes it, values as they stand there.
  private static func fields(of line: ArraySlice<UInt8>) -> [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
    var fields: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
    for field in line.split(whereSeparator: {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}")
    }) {
      guard field.first == UInt8(ascii: "\""), let colon = field.firstIndex(of: UInt8(ascii: ":")),
        colon > field.startIndex + 1
      else { continue }
      fields.append((field[(field.startIndex + 1)..<(colon - 1)], field[(colon + 1)...]))
    }
    return fields
  }
}
