internal import Kernels
package import Memory

/// Where a model's parameters lie in the flat arena.
///
/// The arena holds, each from a multiple of 256 floats on: the matrices in the order of their declaration, embeddings
/// row by row (rows padded to 16) and weights in panels with the input in rows; then all vectors, each padded to 16.
/// Offsets and counts are in floats. Padding is zero and stays zero.
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
  /// Floats in the arena of parameters and in each root of the gradient, whole units.
  public let count: Int
  /// Of tensors that are used in two ways, such as an embedding that is the output layer's weight as well: where the
  /// parameter lies, and after all parameters the gradient of its second use, in the same order of elements. The
  /// gradient of the tensor is the sum of both, each finished over all lanes before.
  package let sharedGradients: [(parameter: Range<Int>, second: Range<Int>)]
  /// Floats of the arena that are parameters, whole units; what is after them are second gradients.
  package let parameterCount: Int

  /// Lays out the declared tensors, whose names must differ.
  init(_ declarations: [ParameterDeclaration]) {
    var offset = 0
    var places: [String: ModelTensor.Place] = [:]
    for tensor in declarations where !tensor.kind.isVector {
      let (place, count) = Self.matrix(tensor, at: offset)
      places[tensor.name] = place
      offset += Self.wholeUnits(count)
    }
    vectorOffset = offset
    for tensor in declarations where tensor.kind.isVector {
      if case .gateVector(let gates) = tensor.kind {
        places[tensor.name] = .gateVector(offset: offset, gates: gates)
        offset += gateColumns(gates: gates, hidden: tensor.count / gates)
      } else {
        places[tensor.name] = .rows(offset: offset, stride: tensor.count)
        offset += Self.padded(tensor.count)
      }
    }
    vectorCount = offset - vectorOffset
    parameterCount = vectorOffset + Self.wholeUnits(vectorCount)
    var end = parameterCount
    sharedGradients = declarations.filter { $0.kind == .sharedEmbedding }.map { tensor in
      let start = places[tensor.name]?.offset ?? 0
      let length = Self.wholeUnits(Panels.count(rows: tensor.shape[0], columns: tensor.shape[1]))
      end += length
      return (start..<(start + length), (end - length)..<end)
    }
    count = end
    tensors = declarations.map { declaration in
      guard let place = places[declaration.name] else { preconditionFailure("a tensor without a place") }
      return ModelTensor(name: declaration.name, shape: declaration.shape, place: place)
    }
    precondition(places.count == tensors.count, "two tensors have the same name")
    self.declarations = declarations
  }

  /// Where a matrix lies that starts at `offset`, and the floats that it takes.
  private static func matrix(_ tensor: ParameterDeclaration, at offset: Int) -> (place: ModelTensor.Place, count: Int) {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    switch tensor.kind {
    case .embedding:
      let stride = padded(columns)
      return (.rows(offset: offset, stride: stride), rows * stride)
    case .sharedEmbedding: return (.panels(offset: offset), Panels.count(rows: rows, columns: columns))
    case .gateWeight(let gates):
      let count = Panels.count(rows: columns, columns: gateColumns(gates: gates, hidden: rows / gates))
      return (.gatePanels(offset: offset, gates: gates), count)
    case .weight, .vector, .gateVector:
      return (.transposedPanels(offset: offset), Panels.count(rows: columns, columns: rows))
    }
  }

  /// The tensor of that name; traps when the model has not declared it.
  subscript(name: String) -> ModelTensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      preconditionFailure("no parameter is called \(name)")
    }
    return tensor
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
    /// The transpose of panels (columns, gate columns).
    case gatePanels(offset: Int, gates: Int)
    /// Panels (rows, columns).
    case panels(offset: Int)
    /// A number for each gate column.
    case gateVector(offset: Int, gates: Int)

    /// Where it starts.
    var offset: Int {
      switch self {
      case .rows(let offset, _), .transposedPanels(let offset), .gatePanels(let offset, _), .panels(let offset),
        .gateVector(let offset, _):
        offset
      }
    }
  }
  package let name: String
  package let shape: [Int]
  let place: Place

  /// Where the tensor starts in the arena.
  var offset: Int { place.offset }

  /// Index in the arena of the element at (row, column); row 0 for vectors.
  func index(_ row: Int, _ column: Int) -> Int {
    switch place {
    case .rows(let offset, let stride): return offset + row * stride + column
    case .transposedPanels(let offset): return offset + row / 16 * shape[1] * 16 + column * 16 + row % 16
    case .panels(let offset): return offset + column / 16 * shape[0] * 16 + row * 16 + column % 16
    case .gatePanels(let offset, let gates):
      let place = Self.gateColumn(row, of: shape[0], gates: gates)
      return offset + place / 16 * shape[1] * 16 + column * 16 + place % 16
    case .gateVector(let offset, let gates): return offset + Self.gateColumn(column, of: shape[0], gates: gates)
    }
  }

  /// The gate column of an output in PyTorch's order, gate by gate.
  static func gateColumn(_ output: Int, of outputs: Int, gates: Int) -> Int {
    let hidden = outputs / gates
    return Kernels.gateColumn(output / hidden, unit: output % hidden, gates: gates)
  }

  /// Whether it is an embedding and an output layer's weight in one.
  var isShared: Bool { if case .panels = place { true } else { false } }

  /// Floats that a vector takes, padding included.
  var vectorCount: Int {
    if case .gateVector(_, let gates) = place { return gateColumns(gates: gates, hidden: shape[0] / gates) }
    return ParameterLayout.padded(shape[0])
  }

  /// Columns of the matrix as it is kept: a linear layer's outputs, or a cell's gate columns.
  package var keptColumns: Int {
    if case .gatePanels(_, let gates) = place { return gateColumns(gates: gates, hidden: shape[0] / gates) }
    return shape[0]
  }

  /// All that the tensor takes of the arena, padding included; whole vectors of 16.
  package var stored: Range<Int> {
    let length =
      switch place {
      case .rows(_, let stride): shape.count == 2 ? rows * stride : ParameterLayout.padded(columns)
      case .transposedPanels, .gatePanels: Panels.count(rows: columns, columns: keptColumns)
      case .panels: Panels.count(rows: rows, columns: columns)
      case .gateVector: vectorCount
      }
    return offset..<(offset + length)
  }

  var rows: Int { shape.count == 2 ? shape[0] : 1 }
  var columns: Int { shape.last ?? 0 }

  /// The elements in PyTorch's order.
  package func read(_ arena: BufferView<Float>) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { result.append(arena[index(row, column)]) } }
    return result
  }

  /// Overwrites the tensor with elements in PyTorch's order.
  package func write(_ values: [Float], to arena: BufferView<Float>) {
    precondition(values.count == rows * columns, "tensor of the wrong size")
    for row in 0..<rows { for column in 0..<columns { arena[index(row, column)] = values[row * columns + column] } }
  }
}
