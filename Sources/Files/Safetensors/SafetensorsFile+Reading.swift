extension SafetensorsFile {
  /// The elements of the tensor of that name, rounded to the nearest float from `F64`, exact from `F32`, `F16`, `BF16`.
  ///
  /// - Returns: the product of `shape` of elements, in row-major order.
  /// - Throws: if there is no such tensor, if it has another shape, or if its dtype is none of these.
  public func floats(_ name: String, shape: [Int]) throws(SafetensorsError) -> [Float] {
    let tensor = try tensor(name, shape: shape)
    switch tensor.dtype {
    case "F32": return elements(tensor) { (bits: UInt32) in Float(bitPattern: bits) }
    case "F64": return elements(tensor) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case "F16": return elements(tensor, Self.float(half:))
    // The upper half of a float.
    case "BF16": return elements(tensor) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    default: throw .notFloats(tensor: name, dtype: tensor.dtype)
    }
  }

  /// The elements of the tensor of that name, as they were written.
  ///
  /// - Throws: if there is no such tensor, if it has another shape, or if its dtype is none of `TensorValues`.
  public func values(_ name: String, shape: [Int]) throws(SafetensorsError) -> TensorValues {
    let tensor = try tensor(name, shape: shape)
    switch tensor.dtype {
    case "F32": return .floats(elements(tensor) { (bits: UInt32) in Float(bitPattern: bits) })
    case "F64": return .doubles(elements(tensor) { (bits: UInt64) in Double(bitPattern: bits) })
    case "I64": return .integers(elements(tensor) { (bits: UInt64) in Int64(bitPattern: bits) })
    case "U8": return .bytes(Array(bytes[tensor.range]))
    default: throw .unreadable(tensor: name, dtype: tensor.dtype)
    }
  }

  /// Converts the little-endian words of a tensor, whose range is a multiple of their size.
  private func elements<Bits: FixedWidthInteger, Element>(_ tensor: Tensor, _ convert: (Bits) -> Element) -> [Element] {
    let size = Bits.bitWidth / 8
    return stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: size).map { start in
      var bits: Bits = 0
      for byte in 0..<size { bits |= Bits(truncatingIfNeeded: bytes[start + byte]) << Bits(8 * byte) }
      return convert(bits)
    }
  }

  /// The value of an IEEE 754 half. (`Float16` does not exist on every platform that Swift runs on.)
  private static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits >> 15) << 31
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    let magnitude: UInt32
    switch exponent {
    // Subnormal: a multiple of 2⁻²⁴, which a float holds normally.
    case 0: magnitude = (Float(fraction) * 0x1p-24).bitPattern
    case 0x1F: magnitude = 0x7F80_0000 | fraction << 13
    default: magnitude = (exponent + 112) << 23 | fraction << 13
    }
    return Float(bitPattern: sign | magnitude)
  }
}
