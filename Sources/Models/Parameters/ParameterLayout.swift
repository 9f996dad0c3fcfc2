internal import Kernels
package import Memory

/// Where a model's parameters lie in the flat arena.
///
/// The arena holds, each from a multiple of 256 floats on: the matrices in the order of their declaration, embeddings row by row
/// (rows padded to 16) and weights in panels with the input in rows; then all vectors, each padded to 16. Offsets and counts are in
/// floats. Padding is zero and stays zero.
///
/// A tensor that two layers share has a second gradient (`ParameterDeclaration.hasSecondGradient`): it lies behind the parameters, so
/// the gradient's arena is larger than they are.
public struct ParameterLayout: Sendable {
  /// Parameters are owned and updated in blocks of this many floats.
  public static let unit = 256

  /// The tensors, in the fixed order of files and digests.
  package let tensors: [ModelTensor]
  let declarations: [ParameterDeclaration]
  /// Where the vectors start.
  let vectorOffset: Int
  /// Floats from the first vector's start to the last one's end.
  let vectorCount: Int
  /// Floats of the parameters in the arena, whole units.
  public let count: Int
  /// For each tensor with a second gradient where it lies and where that gradient does: whole units, as many, in the same order.
  public let sharedGradients: [(parameter: Range<Int>, second: Range<Int>)]
  /// Floats of the gradient, second ones included; whole units.
  public let gradientCount: Int

  /// Lays out the declared tensors, whose names must differ.
  init(_ declarations: [ParameterDeclaration]) {
    var offset = 0
    var places: [String: ModelTensor.Place] = [:]
    for tensor in declarations where tensor.kind != .vector {
      let (rows, columns) = (tensor.shape[0], tensor.shape[1])
      if tensor.kind == .embedding {
        let stride = Self.padded(columns)
        places[tensor.name] = .rows(offset: offset, stride: stride)
        offset += Self.wholeUnits(rows * stride)
      } else {
        places[tensor.name] = .transposedPanels(offset: offset)
        offset += Self.wholeUnits(Panels.count(rows: columns, columns: rows))
      }
    }
    vectorOffset = offset
    for tensor in declarations where tensor.kind == .vector {
      places[tensor.name] = .rows(offset: offset, stride: tensor.count)
      offset += Self.padded(tensor.count)
    }
    vectorCount = offset - vectorOffset
    count = vectorOffset + Self.wholeUnits(vectorCount)
    tensors = declarations.map { declaration in
      guard let place = places[declaration.name] else { preconditionFailure("a tensor without a place") }
      return ModelTensor(name: declaration.name, shape: declaration.shape, place: place)
    }
    precondition(places.count == tensors.count, "two tensors have the same name")
    var end = count
    var shared: [(parameter: Range<Int>, second: Range<Int>)] = []
    for (tensor, declaration) in zip(tensors, declarations) where declaration.hasSecondGradient {
      precondition(declaration.kind != .vector, "vectors share their units and have no second gradient")
      let length = Self.wholeUnits(tensor.stored.count)
      shared.append((tensor.offset..<(tensor.offset + length), end..<(end + length)))
      end += length
    }
    sharedGradients = shared
    gradientCount = end
    self.declarations = declarations
  }

  /// The tensor of that name; traps when the model has not declared it.
  subscript(name: String) -> ModelTensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      preconditionFailure("no parameter is called \(name)")
    }
    return tensor
  }

  /// Where the second gradient of that tensor starts in each root of the gradient; traps when it has none.
  func secondGradientOffset(_ name: String) -> Int {
    let offset = self[name].offset
    guard let shared = sharedGradients.first(where: { $0.parameter.lowerBound == offset }) else {
      preconditionFailure("\(name) has no second gradient")
    }
    return shared.second.lowerBound
  }

  package static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
  private static func wholeUnits(_ count: Int) -> Int { (count + unit - 1) / unit * unit }
}

/// One named tensor of a model: its name and shape in PyTorch's terms, and where its elements lie in an arena.
package struct ModelTensor: Sendable {
  enum Place: Sendable {
    /// (rows, columns) row by row, rows `stride` apart.
    case rows(offset: Int, stride: Int)
    /// The transpose of panels (columns, rows): PyTorch keeps a linear layer's weight as (output, input).
    case transposedPanels(offset: Int)
  }
  package let name: String
  package let shape: [Int]
  let place: Place

  /// Where the tensor starts in the arena.
  var offset: Int {
    switch place {
    case .rows(let offset, _), .transposedPanels(let offset): offset
    }
  }

  /// Index in the arena of the element at (row, column); row 0 for vectors.
  func index(_ row: Int, _ column: Int) -> Int {
    switch place {
    case .rows(let offset, let stride): offset + row * stride + column
    case .transposedPanels(let offset): offset + row / 16 * shape[1] * 16 + column * 16 + row % 16
    }
  }

  /// All that the tensor takes of the arena, padding of its rows and panels included.
  package var stored: Range<Int> {
    switch place {
    case .rows(let offset, let stride):
      offset..<(offset + (shape.count == 2 ? rows * stride : ParameterLayout.padded(columns)))
    case .transposedPanels(let offset): offset..<(offset + Panels.count(rows: columns, columns: rows))
    }
  }

  var rows: Int { shape.count == 2 ? shape[0] : 1 }
  var columns: Int { shape.last ?? 0 }

  /// The elements in PyTorch's order.
  package func read(_ arena: Window<Float>) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { result.append(arena[index(row, column)]) } }
    return result
  }

  /// Overwrites the tensor with elements in PyTorch's order.
  package func write(_ values: [Float], to arena: Window<Float>) {
    precondition(values.count == rows * columns, "tensor of the wrong size")
    for row in 0..<rows { for column in 0..<columns { arena[index(row, column)] = values[row * columns + column] } }
  }
}
