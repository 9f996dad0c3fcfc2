/// A run of neighbouring columns of one matrix row, held in registers: halves of 8 columns, so that a matrix of 40
/// columns costs 40 and not 48, and with AVX2 three halves fill the registers.
///
/// Memory is in panels (see `Panels`): a block that starts at column c of row r lies from
/// `base + columnOffset(c, panelStride) + r·16` on, and its next panel `panelStride` after the start of its first.
protocol ColumnBlock {
  /// Width in columns.
  static var width: Int { get }
  /// `value` in every column.
  init(repeating value: Float)
  /// Reads the block whose first column lies at `pointer`.
  static func load(_ pointer: UnsafePointer<Float>, _ panelStride: Int) -> Self
  /// Writes the block.
  func store(_ pointer: UnsafeMutablePointer<Float>, _ panelStride: Int)
  /// self + block · scalar, one fused multiply-add a column.
  mutating func accumulate(_ block: Self, _ scalar: Float)
  /// self + block · factors, column by column, one fused multiply-add each.
  mutating func accumulate(_ block: Self, by factors: Self)
  /// self + block, column by column.
  mutating func add(_ block: Self)
  /// self − block, column by column.
  mutating func subtract(_ block: Self)
  /// self · factors, column by column.
  func multiplied(by factors: Self) -> Self
  /// max(self, 0), where a NaN stays a NaN.
  func rectified() -> Self
  /// self where `gate` is positive, 0 elsewhere.
  func gated(by gate: Self) -> Self
}

@inline(__always)
func load16(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
  UnsafeRawPointer(pointer).load(as: SIMD16<Float>.self)
}

@inline(__always)
func load8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(pointer).load(as: SIMD8<Float>.self)
}

@inline(__always)
func store16(_ pointer: UnsafeMutablePointer<Float>, _ value: SIMD16<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD16<Float>.self)
}

@inline(__always)
func store8(_ pointer: UnsafeMutablePointer<Float>, _ value: SIMD8<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Float>.self)
}

/// Eight columns.
struct HalfPanel: ColumnBlock {
  var values: SIMD8<Float>
  static var width: Int { 8 }
  @inline(__always) init(repeating value: Float) { values = SIMD8(repeating: value) }
  @inline(__always) init(_ values: SIMD8<Float>) { self.values = values }
  @inline(__always) static func load(_ pointer: UnsafePointer<Float>, _ panelStride: Int) -> Self {
    Self(load8(pointer))
  }
  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>, _ panelStride: Int) { store8(pointer, values) }
  @inline(__always) mutating func accumulate(_ block: Self, _ scalar: Float) {
    values = values.addingProduct(block.values, SIMD8(repeating: scalar))
  }
  @inline(__always) mutating func accumulate(_ block: Self, by factors: Self) {
    values = values.addingProduct(block.values, factors.values)
  }
  @inline(__always) mutating func add(_ block: Self) { values += block.values }
  @inline(__always) mutating func subtract(_ block: Self) { values -= block.values }
  @inline(__always) func multiplied(by factors: Self) -> Self { Self(values * factors.values) }
  @inline(__always) func rectified() -> Self { Self(values.replacing(with: 0, where: values .< 0)) }
  @inline(__always) func gated(by gate: Self) -> Self {
    Self(SIMD8(repeating: 0).replacing(with: values, where: gate.values .> 0))
  }
}

/// Sixteen columns.
struct OnePanel: ColumnBlock {
  var values: SIMD16<Float>
  static var width: Int { 16 }
  @inline(__always) init(repeating value: Float) { values = SIMD16(repeating: value) }
  @inline(__always) init(_ values: SIMD16<Float>) { self.values = values }
  @inline(__always) static func load(_ pointer: UnsafePointer<Float>, _ panelStride: Int) -> Self {
    Self(load16(pointer))
  }
  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>, _ panelStride: Int) { store16(pointer, values) }
  @inline(__always) mutating func accumulate(_ block: Self, _ scalar: Float) {
    values = values.addingProduct(block.values, SIMD16(repeating: scalar))
  }
  @inline(__always) mutating func accumulate(_ block: Self, by factors: Self) {
    values = values.addingProduct(block.values, factors.values)
  }
  @inline(__always) mutating func add(_ block: Self) { values += block.values }
  @inline(__always) mutating func subtract(_ block: Self) { values -= block.values }
  @inline(__always) func multiplied(by factors: Self) -> Self { Self(values * factors.values) }
  @inline(__always) func rectified() -> Self { Self(values.replacing(with: 0, where: values .< 0)) }
  @inline(__always) func gated(by gate: Self) -> Self {
    Self(SIMD16(repeating: 0).replacing(with: values, where: gate.values .> 0))
  }
}

/// Elements from a row's first column to the given one.
@inline(__always)
func columnOffset(_ column: Int, _ panelStride: Int) -> Int { (column &>> 4) &* panelStride &+ (column & 15) }

/// Two blocks side by side: 16 + 8, 16 + 16, 32 + 8, 32 + 32 columns and so on, from the start of a panel; or 8 + 16
/// from a panel's second half.
struct Pair<Left: ColumnBlock, Right: ColumnBlock>: ColumnBlock {
  var left: Left
  var right: Right
  static var width: Int { Left.width + Right.width }
  /// From the left block to the right one: a left half panel is a panel's second half.
  @inline(__always) static func offset(_ panelStride: Int) -> Int {
    Left.width == 8 ? panelStride &- 8 : (Left.width / 16) &* panelStride
  }
  @inline(__always) init(repeating value: Float) { left = Left(repeating: value); right = Right(repeating: value) }
  @inline(__always) init(_ left: Left, _ right: Right) { self.left = left; self.right = right }
  @inline(__always) static func load(_ pointer: UnsafePointer<Float>, _ panelStride: Int) -> Self {
    Self(Left.load(pointer, panelStride), Right.load(pointer + offset(panelStride), panelStride))
  }
  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>, _ panelStride: Int) {
    left.store(pointer, panelStride)
    right.store(pointer + Self.offset(panelStride), panelStride)
  }
  @inline(__always) mutating func accumulate(_ block: Self, _ scalar: Float) {
    left.accumulate(block.left, scalar)
    right.accumulate(block.right, scalar)
  }
  @inline(__always) mutating func accumulate(_ block: Self, by factors: Self) {
    left.accumulate(block.left, by: factors.left)
    right.accumulate(block.right, by: factors.right)
  }
  @inline(__always) mutating func add(_ block: Self) { left.add(block.left); right.add(block.right) }
  @inline(__always) mutating func subtract(_ block: Self) { left.subtract(block.left); right.subtract(block.right) }
  @inline(__always) func multiplied(by factors: Self) -> Self {
    Self(left.multiplied(by: factors.left), right.multiplied(by: factors.right))
  }
  @inline(__always) func rectified() -> Self { Self(left.rectified(), right.rectified()) }
  @inline(__always) func gated(by gate: Self) -> Self { Self(left.gated(by: gate.left), right.gated(by: gate.right)) }
}

typealias PanelAndHalf = Pair<OnePanel, HalfPanel>
typealias HalfAndPanel = Pair<HalfPanel, OnePanel>
typealias TwoPanels = Pair<OnePanel, OnePanel>
typealias TwoPanelsAndHalf = Pair<TwoPanels, HalfPanel>
typealias ThreePanels = Pair<TwoPanels, OnePanel>
typealias FourPanels = Pair<TwoPanels, TwoPanels>
