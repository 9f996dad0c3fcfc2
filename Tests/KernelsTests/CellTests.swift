import Foundation
import Testing

@testable import Kernels
@testable import Memory

private func σ(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The cells by their definition in Float64, one unit of one stream; the last values are the state.
private func lstm(_ v: [Double]) -> [Double] {
  let c = σ(v[1]) * v[4] + σ(v[0]) * tanh(v[2])
  return [σ(v[3]) * tanh(c), c]
}
private func gru(_ v: [Double]) -> [Double] {
  let (r, z) = (σ(v[0] + v[3]), σ(v[1] + v[4]))
  let n = tanh(v[2] + r * v[5])
  return [(1 - z) * n + z * v[6]]
}
private func rnn(_ v: [Double]) -> [Double] { [tanh(v[0])] }

/// ∂(Σ weight·output)/∂v by central differences.
private func gradient(_ cell: ([Double]) -> [Double], at v: [Double], weights: [Double]) -> [Double] {
  v.indices.map { place in
    let step = 1e-5
    func value(_ shift: Double) -> Double {
      var moved = v
      moved[place] += shift
      return zip(cell(moved), weights).map { $0 * $1 }.reduce(0, +)
    }
    return (value(step) - value(-step)) / (2 * step)
  }
}

/// The cells' kernels beside their definition, their gradients beside finite differences.
@Suite struct CellTests {
  static let shapes = [50, 64, 96].flatMap { hidden in [1, 3, 16, 21].map { (rows: $0, hidden: hidden) } }

  /// Random numbers in (−`size`, `size`) for the first `hidden` units of `gates` gates, padding zero.
  private func random(_ rows: Int, _ hidden: Int, gates: Int = 1, size: Float = 1, seed: UInt64) -> [[Float]] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    return (0..<rows).map { _ in
      var row = [Float](repeating: 0, count: gateColumns(gates: gates, hidden: hidden))
      for unit in 0..<hidden {
        for gate in 0..<gates {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          row[gateColumn(gate, unit: unit, gates: gates)] =
            Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31 * size
        }
      }
      return row
    }
  }

  private func panels(_ rows: [[Float]], _ storage: Storage) -> Panels {
    let columns = rows[0].count
    let result = Panels(storage.take(rows.count * columns), rows: rows.count, columns: columns)
    for (row, values) in rows.enumerated() { for column in 0..<columns { result[row, column] = values[column] } }
    return result
  }

  private func rows(_ panels: Panels) -> [[Float]] {
    (0..<panels.rows).map { row in (0..<panels.columns).map { panels[row, $0] } }
  }

  /// Runs `kernel` on matrices of those rows, whole and in two parts of the rows; expects the same bits; returns what
  /// it left.
  private func run(_ inputs: [[[Float]]], _ kernel: ([Panels]) -> Void) -> [[[Float]]] {
    let storage = Storage()
    func apply(_ range: Range<Int>) -> [[[Float]]] {
      let matrices = inputs.map { panels(Array($0[range]), storage) }
      kernel(matrices)
      return matrices.map(rows)
    }
    let count = inputs[0].count
    let whole = apply(0..<count)
    if count > 1 {
      let parts = zip(apply(0..<(count / 3)), apply((count / 3)..<count)).map(+)
      let bits = { (matrices: [[[Float]]]) in matrices.map { $0.map { $0.map(\.bitPattern) } } }
      #expect(bits(parts) == bits(whole))
    }
    return whole
  }

  private func expectNear(_ found: Float, _ expected: Double, within tolerance: Double = 2e-6) {
    #expect((Double(found) - expected).magnitude < tolerance * max(1, expected.magnitude))
  }

  @Test(arguments: shapes)
  func lstmFollowsTheDefinition(rows: Int, hidden: Int) {
    let gates = random(rows, hidden, gates: 4, size: 4, seed: 1)
    let previous = random(rows, hidden, size: 2, seed: 2)
    let (dh, dc) = (random(rows, hidden, seed: 3), random(rows, hidden, seed: 4))
    let left = run([gates, previous, dh, dc, previous, dh]) {
      lstmForward(
        $0[0].elements, previousCell: $0[1].elements, rows: $0[0].rows, cell: $0[4].elements, hidden: $0[5].elements)
    }
    let back = run([left[0], previous, dh, dc, left[4]]) {
      lstmBackward(
        $0[0].elements, hiddenGradient: $0[2].elements, cellGradient: $0[3].elements, cell: $0[4].elements,
        previousCell: $0[1].elements, rows: $0[0].rows)
    }
    for row in 0..<rows {
      for unit in 0..<hidden {
        let columns = (0..<4).map { gateColumn($0, unit: unit, gates: 4) }
        let v = columns.map { Double(gates[row][$0]) } + [Double(previous[row][unit])]
        let output = lstm(v)
        expectNear(left[5][row][unit], output[0])
        expectNear(left[4][row][unit], output[1])
        let expected = gradient(lstm, at: v, weights: [Double(dh[row][unit]), Double(dc[row][unit])])
        for (column, value) in zip(columns, expected) { expectNear(back[0][row][column], value) }
        expectNear(back[3][row][unit], expected[4])
      }
      for unit in hidden..<previous[row].count {
        #expect(left[4][row][unit] == 0 && left[5][row][unit] == 0 && back[3][row][unit] == 0)
        for gate in 0..<4 { #expect(back[0][row][gateColumn(gate, unit: unit, gates: 4)] == 0) }
      }
    }
  }

  @Test(arguments: shapes)
  func gruFollowsTheDefinition(rows: Int, hidden: Int) {
    let inputs = random(rows, hidden, gates: 3, size: 3, seed: 1)
    let states = random(rows, hidden, gates: 3, size: 3, seed: 2)
    let previous = random(rows, hidden, seed: 3)
    let (dh, sum) = (random(rows, hidden, seed: 4), random(rows, hidden, seed: 5))
    let left = run([inputs, states, previous, dh]) {
      gruForward(
        $0[0].elements, stateGates: $0[1].elements, previousHidden: $0[2].elements, rows: $0[0].rows,
        hidden: $0[3].elements)
    }
    let back = run([left[0], left[1], previous, dh, sum]) {
      gruBackward(
        $0[0].elements, stateGates: $0[1].elements, hiddenGradient: $0[3].elements, previousHidden: $0[2].elements,
        rows: $0[0].rows, addingTo: $0[4].elements)
    }
    for row in 0..<rows {
      for unit in 0..<hidden {
        let columns = (0..<3).map { gateColumn($0, unit: unit, gates: 3) }
        let v = columns.map { Double(inputs[row][$0]) } + columns.map { Double(states[row][$0]) }
        let all = v + [Double(previous[row][unit])]
        expectNear(left[3][row][unit], gru(all)[0])
        let expected = gradient(gru, at: all, weights: [Double(dh[row][unit])])
        for gate in 0..<3 {
          expectNear(back[0][row][columns[gate]], expected[gate])
          expectNear(back[1][row][columns[gate]], expected[3 + gate])
        }
        expectNear(back[4][row][unit], Double(sum[row][unit]) + expected[6])
      }
      for unit in hidden..<previous[row].count {
        #expect(left[3][row][unit] == 0 && back[4][row][unit] == 0)
        for gate in 0..<3 {
          let column = gateColumn(gate, unit: unit, gates: 3)
          #expect(back[0][row][column] == 0 && back[1][row][column] == 0)
        }
      }
    }
  }

  @Test(arguments: shapes)
  func tanhCellFollowsTheDefinition(rows: Int, hidden: Int) {
    let a = random(rows, hidden, size: 3, seed: 1)
    let dh = random(rows, hidden, seed: 2)
    let left = run([a, dh, dh]) {
      tanhForward($0[0].elements, hidden: $0[1].elements)
      $0[2].elements.copy(from: $0[0].elements)
      tanhForward($0[2].elements, hidden: $0[2].elements)
    }
    #expect(left[1] == left[2])
    let back = run([dh, left[1]]) { tanhBackward($0[0].elements, hidden: $0[1].elements, into: $0[0].elements) }
    for row in 0..<rows {
      for unit in 0..<hidden {
        let v = [Double(a[row][unit])]
        expectNear(left[1][row][unit], rnn(v)[0])
        expectNear(back[0][row][unit], gradient(rnn, at: v, weights: [Double(dh[row][unit])])[0])
      }
      for unit in hidden..<a[row].count { #expect(left[1][row][unit] == 0 && back[0][row][unit] == 0) }
    }
  }
}
