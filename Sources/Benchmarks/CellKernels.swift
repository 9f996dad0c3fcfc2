internal import Configuration
internal import Kernels
internal import Memory
internal import Models
internal import Teams

/// The kernels of a stack's recurrent layers, as `CellLayer` calls them: products at the width of all gates, and the
/// cell's pointwise part. Pointwise calls overwrite the gates that they read, so their data tends to zero from call to
/// call; their time doesn't depend on it.
struct CellKernelBench {
  /// Columns of the widest layer's gates.
  let widest: Int
  private let cell: any Cell.Type
  private let shapes: [(inputs: Int, outputs: Int)]
  private let steps: Int
  private let block: LaneBlock
  private let schedule: ReductionSchedule
  private let storage = Storage()

  /// nil for a model that isn't a stack of cells.
  init?(_ configuration: RunConfiguration, lanes: Lanes) {
    let model = configuration.model
    guard model.kind.isStack, let cell = model.kind.cell else { return nil }
    self.cell = cell
    var shapes: [(inputs: Int, outputs: Int)] = []
    for widths in model.layerWidths where !shapes.contains(where: { $0 == widths }) { shapes.append(widths) }
    self.shapes = shapes
    let widest = shapes.map { gateColumns(gates: cell.gates, hidden: $0.outputs) }.max() ?? 0
    self.widest = widest
    steps = configuration.bptt
    let laneRows = (0..<lanes.count).map { lanes.streams(ofLane: $0) }
    block = LaneBlock.cached(laneRows, steps: steps, width: widest)[0]
    schedule = lanes.reductionSchedule(of: block.lanes.map { $0..<($0 + 1) })
  }

  /// For each shape of layer: the products forward, the cell's pointwise part, and the products backward.
  func rows() -> [KernelRow] {
    shapes.flatMap { shape in
      products(shape.inputs, shape.outputs) + pointwise(shape.outputs)
        + (cell.separatesStateGates
          ? [
            weightGradientRow("input weights' gradient", [shape.inputs], shape.outputs),
            weightGradientRow("state weights' gradient", [shape.outputs], shape.outputs),
          ] : [weightGradientRow("weights' gradients", [shape.inputs, shape.outputs], shape.outputs)])
    }
  }

  /// Of one step, (block's streams, …).
  private func products(_ inputs: Int, _ hidden: Int) -> [KernelRow] {
    let rows = block.streams.count
    let columns = gateColumns(gates: cell.gates, hidden: hidden)
    let (x, h) = (panels(rows, inputs, 0.5), panels(rows, hidden, 0.5))
    let gates = panels(rows, columns, 0)
    let (inputWeight, stateWeight) = (panels(inputs, columns, 0), panels(hidden, columns, 0))
    let (inputTransposed, stateTransposed) = (panels(columns, inputs, 0), panels(columns, hidden, 0))
    let bias: BufferView<Float> = storage.take(columns)
    func row(_ name: String, _ depth: Int, _ columns: Int, adds: Bool = false, _ call: () -> Void) -> KernelRow {
      let moved = rows * (depth + (adds ? 2 : 1) * columns) + depth * columns
      return timeKernel(
        name, "\(rows)x\(depth)x\(columns)", operations: 2 * Double(rows * depth * columns), elements: moved, call)
    }
    let forward =
      cell.separatesStateGates
      ? [
        row("input product of a step", inputs, columns) { linear(x, inputWeight, bias: bias, into: gates) },
        row("state product of a step", hidden, columns) { linear(h, stateWeight, bias: bias, into: gates) },
      ]
      : [
        row("products of a step", inputs + hidden, columns) {
          linear(x, inputWeight, plus: h, stateWeight, bias: bias, into: gates)
        }
      ]
    return forward + [
      row("state product, backward", columns, hidden, adds: true) { linear(gates, stateTransposed, addingTo: h) },
      row("input product, backward", columns, inputs) { linear(gates, inputTransposed, bias: nil, into: x) },
    ]
  }

  /// The cell's pointwise part of one step, forward and backward. Its operations depend on the cell and aren't counted.
  private func pointwise(_ hidden: Int) -> [KernelRow] {
    let rows = block.streams.count
    let size = Panels.count(rows: rows, columns: hidden)
    func matrix(_ count: Int) -> BufferView<Float> {
      let view: BufferView<Float> = storage.take(count)
      view.fill(0.25)
      return view
    }
    let gateCount = cell.gates * size
    let memorySize = cell.hasMemory ? size : 0
    let step = CellStep(
      rows: rows, gates: matrix(gateCount), stateGates: matrix(cell.separatesStateGates ? gateCount : 0),
      previousHidden: matrix(size), hidden: matrix(size), previousMemory: matrix(memorySize),
      memory: matrix(memorySize))
    let gradients = CellGradients(hidden: matrix(size), memory: matrix(memorySize), previousHidden: matrix(size))
    let shape = "\(rows)x\(hidden), \(cell.gates) gates"
    let (gates, stateGates) = (2 * step.gates.count, step.stateGates.count)
    return [
      timeKernel(
        "cell, forward", shape, operations: 0, elements: gates + stateGates + 2 * size + 2 * memorySize
      ) {
        cell.forward(step)
      },
      timeKernel(
        "cell, backward", shape, operations: 0, elements: gates + 2 * stateGates + 3 * size + 4 * memorySize
      ) {
        cell.backward(step, gradients)
      },
    ]
  }

  /// Of all steps of a block's part: one or two matrices (depth, gate columns), with the biases' gradients, from rows
  /// that are brought into lane order before.
  private func weightGradientRow(_ name: String, _ depths: [Int], _ hidden: Int) -> KernelRow {
    let part = block.gradientParts(depth: depths.reduce(0) { $0 + ParameterLayout.padded($1) })[0]
    let all = part.rows
    let columns = gateColumns(gates: cell.gates, hidden: hidden)
    let matrixRows = steps * part.rowsPerStep
    let d: BufferView<Float> = storage.take(matrixRows * columns)
    let operands = depths.map { depth in
      let size = Panels.count(rows: depth, columns: columns)
      let spare: BufferView<Float> = storage.take(
        GradientStack.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: schedule.roots))
      let stack = GradientStack(
        storage.take(schedule.roots * size), offset: 0, rootStride: size, depth: depth, columns: columns,
        schedule: schedule, lasting: schedule.roots, spare: spare)
      let activations: BufferView<Float> = storage.take(Panels.count(rows: matrixRows, columns: depth))
      return (activations, GradientOperand(panels(all, depth, 0), into: stack))
    }
    let vectors: BufferView<Float> = storage.take(part.lanes.count * columns)
    let biases = LaneVectors(vectors, stride: columns, offset: 0)
    let packed: BufferView<Float> = storage.take(packedCount(rows: all))
    let depth = depths.reduce(0, +)
    return timeKernel(
      name, "\(depth)x\(all)x\(columns), \(part.lanes.count) lanes", operations: 2 * Double(all * depth * columns),
      elements: all * (depth + columns) + depth * columns
    ) {
      for (activations, operand) in operands {
        gatherLanes(
          activations, rowsPerStep: part.rowsPerStep, width: ParameterLayout.padded(operand.a.columns),
          lanes: part.stepRows, into: operand.a)
      }
      packedWeightGradients(
        operands[0].1, operands.count > 1 ? operands[1].1 : nil, d, columns: columns, block: part, schedule: schedule,
        packed: packed, biases: (biases, nil))
    }
  }

  private func panels(_ rows: Int, _ columns: Int, _ value: Float) -> Panels {
    let elements: BufferView<Float> = storage.take(Panels.count(rows: rows, columns: columns))
    elements.fill(value)
    return Panels(elements, rows: rows, columns: columns)
  }
}
