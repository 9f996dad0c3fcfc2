/// Why a file is no safetensors file, or not the one expected. Descriptions are one line.
public enum SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Fewer than the eight bytes of the header's length.
  case tooShort(bytes: Int)
  /// The header is said to be longer than the file, or than the format allows.
  case headerTooLong(length: UInt64, available: Int)
  /// The header is not JSON.
  case headerNotJSON(JSONError)
  /// The header is JSON but no object that starts with its first byte.
  case headerNotObject
  /// `__metadata__` is no object of strings.
  case badMetadata
  /// A tensor's entry is not exactly a dtype, a shape and data offsets.
  case badEntry(tensor: String)
  case unknownType(tensor: String, dtype: String)
  /// A shape that is not an array of integers from zero.
  case badShape(tensor: String)
  /// A shape whose size in bytes is beyond an integer.
  case hugeShape(tensor: String)
  /// Offsets that are not two integers from zero in order.
  case badOffsets(tensor: String)
  /// The shape and dtype need another number of bytes than the offsets span.
  case wrongSize(tensor: String, needed: Int, spanned: Int)
  case outsideFile(tensor: String, end: Int, available: Int)
  /// The tensor starts before the end of the one before it.
  case overlap(tensor: String)
  /// Bytes before the tensor belong to none.
  case gap(tensor: String, bytes: Int)
  /// Bytes after the last tensor.
  case trailingBytes(Int)
  case missingTensor(String)
  case wrongShape(tensor: String, shape: [Int], expected: [Int])
  /// A dtype that is not read as floats.
  case notFloats(tensor: String, dtype: String)
  /// A dtype that is not read at all.
  case unreadable(tensor: String, dtype: String)

  /// One line that says what is wrong and with which tensor.
  public var description: String {
    switch self {
    case .tooShort(let bytes): "the file has \(bytes) bytes, too few for a safetensors file"
    case .headerTooLong(let length, let available):
      "the header's length is \(length) bytes, more than the format or the \(available) bytes after it allow"
    case .headerNotJSON(let error): "the header is not JSON: \(error)"
    case .headerNotObject: "the header is not a JSON object"
    case .badMetadata: "the header's __metadata__ is not an object of strings"
    case .badEntry(let tensor): "tensor \(quoted(tensor)) needs dtype, shape and data_offsets and nothing else"
    case .unknownType(let tensor, let dtype): "tensor \(quoted(tensor)) has the unknown dtype \(quoted(dtype))"
    case .badShape(let tensor): "the shape of tensor \(quoted(tensor)) is not an array of non-negative integers"
    case .hugeShape(let tensor): "the shape of tensor \(quoted(tensor)) is too large"
    case .badOffsets(let tensor): "the data_offsets of tensor \(quoted(tensor)) are not a start and an end"
    case .wrongSize(let tensor, let needed, let spanned):
      "tensor \(quoted(tensor)) needs \(needed) bytes but its data_offsets span \(spanned)"
    case .outsideFile(let tensor, let end, let available):
      "tensor \(quoted(tensor)) ends at byte \(end) of \(available) bytes of data"
    case .overlap(let tensor): "tensor \(quoted(tensor)) overlaps another"
    case .gap(let tensor, let bytes): "\(bytes) bytes before tensor \(quoted(tensor)) belong to no tensor"
    case .trailingBytes(let bytes): "\(bytes) bytes after the last tensor belong to no tensor"
    case .missingTensor(let tensor): "there is no tensor \(quoted(tensor))"
    case .wrongShape(let tensor, let shape, let expected):
      "tensor \(quoted(tensor)) has a shape of \(brief(shape)), not \(brief(expected))"
    case .notFloats(let tensor, let dtype): "tensor \(quoted(tensor)) is \(dtype), not F32, F64, F16 or BF16"
    case .unreadable(let tensor, let dtype): "tensor \(quoted(tensor)) is \(dtype), not F32, F64, I64 or U8"
    }
  }

  /// Names come from the file: quoted, they cannot break the line, and long ones are cut.
  private func quoted(_ name: String) -> String {
    let scalars = name.unicodeScalars
    guard let cut = scalars.index(scalars.startIndex, offsetBy: 80, limitedBy: scalars.endIndex), cut < scalars.endIndex
    else { return JSONValue.string(name).text }
    return JSONValue.string(String(scalars[..<cut]) + "…").text
  }

  private func brief(_ shape: [Int]) -> String {
    shape.count <= 8 ? shape.description : "\(shape.count) dimensions"
  }
}
