import Testing

@testable import Kernels
@testable import Memory

@Suite struct DropoutTests {
  private let storage = Storage()

  private func panels(_ rows: Int, _ columns: Int) -> Panels {
    let result = Panels(storage.take(Panels.count(rows: rows, columns: columns)), rows: rows, columns: columns)
    result.elements.fill(.nan)
    return result
  }

  private func mask(
    seed: UInt64 = 7, phase: DropoutMask.Phase = .fit, step: Int = 3, batch: Int = 0,
    _ site: DropoutMask.Site = .weight(layer: 1), _ probability: Double = 0.25
  ) -> DropoutMask {
    DropoutMask(
      seed: seed, phase: phase, updateStep: step, batch: batch, site: site, probability: probability)
  }

  /// What the words of the element's block make of it.
  private func isKept(_ mask: DropoutMask, row: Int, block: Int, word: Int) -> Bool {
    let words = philox(counter: SIMD4(UInt32(block), UInt32(row), mask.step, mask.purpose), key: mask.key)
    return Double(words[word]) >= (mask.probability * 0x1p32).rounded()
  }

  /// The vectors published with the generator (Random123's kat_vectors).
  @Test func philoxGivesThePublishedWords() {
    #expect(
      philox(counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      philox(counter: SIMD4(ones, ones, ones, ones), key: SIMD2(ones, ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      philox(counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func sixteenBlocksAreThoseOfTheirCounters() {
    var state: UInt64 = 1
    for _ in 0..<200 {
      var words: [UInt32] = []
      for _ in 0..<6 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        words.append(UInt32(truncatingIfNeeded: state >> 32))
      }
      let first = words[0] >> 1
      let key = SIMD2(words[4], words[5])
      let found = philoxWords(first: first, row: words[1], words[2], words[3], key: key)
      for i in 0..<16 {
        let block = philox(counter: SIMD4(first + UInt32(i), words[1], words[2], words[3]), key: key)
        #expect(SIMD4(found.0[i], found.1[i], found.2[i], found.3[i]) == block)
      }
    }
  }

  @Test(arguments: [(1, 50), (3, 64), (16, 96), (21, 130)])
  func masksFollowTheWordsWhateverTheRows(rows: Int, width: Int) {
    let mask = mask(.hidden(layer: 2))
    let whole = panels(rows, width)
    mask.fill(whole, first: 5)
    for row in 0..<rows {
      for feature in 0..<width {
        let kept = isKept(mask, row: row + 5, block: feature / 64 * 16 + feature % 16, word: feature / 16 % 4)
        #expect(whole[row, feature] == (kept ? Float(1 / 0.75) : 0))
      }
      for column in width..<(whole.panels * 16) {
        #expect(whole.elements[column / 16 * rows * 16 + row * 16 + column % 16] == 0)
      }
      let one = panels(1, width)
      mask.fill(one, first: 5 + row)
      #expect((0..<width).allSatisfy { one[0, $0] == whole[row, $0] })
    }
    let factors: BufferView<Float> = storage.take(whole.panels * 16)
    mask.fill(factors, vocabulary: width)
    mask.fill(whole, first: 0)
    #expect((0..<(whole.panels * 16)).allSatisfy { factors[$0] == ($0 < width ? whole[0, $0] : 0) })
    withExtendedLifetime(storage) {}
  }

  @Test(arguments: [(50, 4), (64, 3), (96, 1)])
  func weightsAreDroppedByGateUnitAndInput(hidden: Int, gates: Int) {
    let mask = mask(.weight(layer: 0), 0.4)
    let columns = gateColumns(gates: gates, hidden: hidden)
    let (kept, dropped) = (panels(hidden, columns), panels(hidden, columns))
    let (w, gradient) = (panels(hidden, columns), panels(hidden, columns))
    w.elements.fill(0)
    for row in 0..<hidden {
      for unit in 0..<hidden {
        for gate in 0..<gates { w[row, gateColumn(gate, unit: unit, gates: gates)] = Float(row + 1) / Float(unit + 3) }
      }
    }
    gradient.elements.copy(from: w.elements)
    let panelsOfUnits = columns / gates / 16
    // In one call and in two.
    mask.fillKept(kept, gates: gates, hidden: hidden)
    for units in [0..<1, 1..<panelsOfUnits] {
      mask.drop(w, gates: gates, units: units, into: dropped)
      mask.dropGradient(gradient, gates: gates, units: units)
    }
    for row in 0..<hidden {
      for unit in 0..<(panelsOfUnits * 16) {
        for gate in 0..<gates {
          let column = gateColumn(gate, unit: unit, gates: gates)
          let isKept = unit < hidden && isKept(mask, row: row, block: unit, word: gate)
          #expect(kept[row, column] == (isKept ? 1 : 0))
          #expect(gradient[row, column].bitPattern == (isKept ? w[row, column] : 0).bitPattern)
          #expect(dropped[row, column].bitPattern == (isKept ? w[row, column] * mask.factor : 0).bitPattern)
        }
      }
    }
    withExtendedLifetime(storage) {}
  }

  @Test func everyCircumstanceMakesAnotherMaskWithTheRightShareOfZeros() {
    let masks = [
      mask(), mask(seed: 8), mask(seed: 7 | 1 << 32), mask(phase: .finder), mask(step: 4), mask(batch: 1),
      mask(.weight(layer: 2)), mask(.hidden(layer: 1)), mask(.input), mask(.output), mask(.embedding),
    ]
    let (rows, width) = (100, 640)
    let filled = masks.map { mask in
      let result = panels(rows, width)
      mask.fill(result, first: 0)
      return result.elements.array.map { $0 == 0 }
    }
    let count = Double(rows * width)
    for (index, zeros) in filled.enumerated() {
      // Four standard deviations of a binomial distribution.
      #expect((Double(zeros.count { $0 }) / count - 0.25).magnitude < 4 * (0.25 * 0.75 / count).squareRoot())
      for other in filled[..<index] {
        let both = zip(zeros, other).count { $0 && $1 }
        #expect((Double(both) / count - 0.0625).magnitude < 4.5 * (0.0625 * 0.9375 / count).squareRoot())
      }
    }
    let none = panels(2, 40)
    mask(.input, 0).fill(none, first: 0)
    #expect((0..<80).allSatisfy { none[$0 / 40, $0 % 40] == 1 })
    withExtendedLifetime(storage) {}
  }

  @Test func aMaskIsTheSameAtEveryStep() {
    let (steps, rows, width) = (3, 5, 50)
    let mask = randomMatrix(rows, width, seed: 1)
    let x = randomMatrix(rows * steps, width, seed: 2)
    let (count, size) = (x.panels.elements.count, mask.panels.elements.count)
    let y: BufferView<Float> = storage.take(count)
    applyMask(mask.panels, to: x.panels.elements, steps: steps, into: y)
    for place in 0..<count {
      #expect(y[place] == x.panels.elements[place] * mask.panels.elements[place % size])
    }
    applyMask(mask.panels, to: x.panels.elements, steps: steps, into: x.panels.elements)
    #expect(x.panels.elements.array == y.array)
    withExtendedLifetime((storage, mask.arena, x.arena)) {}
  }
}
