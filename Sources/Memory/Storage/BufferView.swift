/// A run of `count` elements of type `Element` inside memory that somebody else owns: an `Arena`, or a window that
/// processes share.
///
/// A view is a plain value: copying it counts no references, and it doesn't keep its memory alive. Whoever hands out
/// views holds the memory for as long as they are used. Element accesses are checked against `count`.
@safe
public struct BufferView<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first element; 64-byte aligned where the view starts an arena section.
  public let base: UnsafeMutablePointer<Element>
  /// Number of elements.
  public let count: Int

  /// Views `count` elements from `base` on, which must outlive every use of the view.
  @unsafe
  @inlinable
  public init(base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = base
    self.count = count
  }

  /// The element at `index`; traps outside `0..<count`.
  @inlinable
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "view index \(index) outside 0..<\(count)")
      return base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "view index \(index) outside 0..<\(count)")
      base[index] = newValue
    }
  }

  /// The part of this view at `range`; traps unless it lies inside.
  @inlinable
  public subscript(range: Range<Int>) -> BufferView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "view range \(range) outside 0..<\(count)")
    return BufferView(base: base + range.lowerBound, count: range.count)
  }

  /// Sets every element to `value`.
  public func fill(_ value: Element) {
    UnsafeMutableBufferPointer(start: base, count: count).update(repeating: value)
  }

  /// Overwrites this view with `source`, which must have as many elements; the two may overlap.
  public func copy(from source: BufferView) {
    precondition(source.count == count, "copy of \(source.count) elements into \(count)")
    base.update(from: source.base, count: count)
  }

  /// Overwrites this view with `source`, which must have as many elements.
  public func copy(from source: [Element]) {
    precondition(source.count == count, "copy of \(source.count) elements into \(count)")
    source.withUnsafeBufferPointer { if let start = $0.baseAddress { base.update(from: start, count: count) } }
  }

  /// Overwrites this view with `source`, which must have as many elements.
  public func copy(from source: ArraySlice<Element>) {
    precondition(source.count == count, "copy of \(source.count) elements into \(count)")
    source.withUnsafeBufferPointer { if let start = $0.baseAddress { base.update(from: start, count: count) } }
  }

  /// Appends the elements to `array`.
  public func append(to array: inout [Element]) {
    array.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
  }

  /// A copy of the elements.
  public var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Calls `body` with the elements for reading.
  @inlinable
  public func withSpan<Result: ~Copyable, Failure: Error>(
    _ body: (Span<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(Span(_unsafeStart: base, count: count))
  }

  /// Calls `body` with the elements for reading and writing.
  @inlinable
  public func withMutableSpan<Result: ~Copyable, Failure: Error>(
    _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = MutableSpan(_unsafeStart: base, count: count)
    return try body(&span)
  }
}
