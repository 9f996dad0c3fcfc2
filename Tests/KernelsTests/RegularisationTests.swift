import Testing

@testable import Kernels
@testable import Memory

@Suite struct RegularisationTests {
  /// The penalty's gradient by its definition, of a few streams of another block that don't matter.
  @Test(arguments: [1, 2, 5])
  func gradientIsThatOfThePenalty(steps: Int) {
    let (rows, width) = (3, 32)
    let size = rows * width
    let h = randomMatrix(rows * steps, width, seed: 1)
    let dh = randomMatrix(rows * steps, width, seed: 2)
    let before = dh.panels.elements.array.map(Double.init)
    let states = h.panels.elements.array.map(Double.init)
    let (activation, temporal) = (0.25, 0.5)  // 2α/N and 2β/M
    addActivationRegularisation(
      h.panels.elements, steps: steps, activation: Float(activation), temporal: Float(temporal),
      into: dh.panels.elements)
    for place in 0..<(steps * size) {
      // d/dh of ½·activation·Σh² + ½·temporal·Σ(h_t − h_{t−1})²
      var expected = before[place] + activation * states[place]
      if place >= size { expected += temporal * (states[place] - states[place - size]) }
      if place + size < steps * size { expected -= temporal * (states[place + size] - states[place]) }
      #expect((Double(dh.panels.elements[place]) - expected).magnitude < 1e-6)
    }
    withExtendedLifetime((h.arena, dh.arena)) {}
  }
}
