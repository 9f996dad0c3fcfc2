private import Kernels

/// How the parameters' groups are trained: which are frozen, and each one's learning rate as a share of the schedule's.
///
/// A frozen group keeps its parameters and what the optimizer has of them; its gradient counts in no norm.
public struct GroupRates: Sendable, Equatable {
  /// By group, the first next to the input; nil for a frozen one.
  public let factors: [Double?]

  /// - groups: how many there are; frozen: of these the first so many are.
  /// - lowest: the first group's factor, from which the others rise geometrically to the last one's, which is 1.
  package init(groups: Int, frozen: Int = 0, lowest: Double = 1) {
    precondition((0..<groups).contains(frozen), "\(frozen) frozen groups of \(groups)")
    factors = (0..<groups).map { group in
      if group < frozen { return nil }
      if group == groups - 1 || lowest == 1 { return 1 }
      if group == 0 { return lowest }
      return exponential(logarithm(lowest) * Double(groups - 1 - group) / Double(groups - 1))
    }
  }

  /// Whether no group is frozen and all have the schedule's rate.
  package var isUniform: Bool { factors.allSatisfy { $0 == 1 } }
}

/// Neighbouring units of the arena that are updated by the same rates.
package struct UpdateSegment: Sendable, Equatable {
  /// A run of elements of one rate.
  package struct Part: Sendable, Equatable {
    /// From the segment's start.
    package var elements: Range<Int>
    /// The rate as a share of the schedule's; nil for elements that are frozen.
    package let factor: Double?
  }

  /// Whole units of the arena.
  package var range: Range<Int>
  /// One part, of any number of units; or several, of a single unit that vectors of several groups share.
  package var parts: [Part]

  /// An arena's part, whole units, cut where the rates change.
  ///
  /// - tensors: what each takes of the arena, and its group; what lies in none is padding, and zero at any rate.
  package static func segments(
    of slice: Range<Int>, unit: Int, _ tensors: [(stored: Range<Int>, group: Int)], _ rates: GroupRates
  ) -> [UpdateSegment] {
    var result: [UpdateSegment] = []
    let tensors = tensors.sorted { $0.stored.lowerBound < $1.stored.lowerBound }
    var first = 0
    for start in stride(from: slice.lowerBound, to: slice.upperBound, by: unit) {
      let range = start..<(start + unit)
      while first < tensors.count, tensors[first].stored.upperBound <= start { first += 1 }
      var parts: [Part] = []
      for (stored, group) in tensors[first...].prefix(while: { $0.stored.lowerBound < range.upperBound }) {
        let own = stored.clamped(to: range)
        let elements = (own.lowerBound - start)..<(own.upperBound - start)
        if let last = parts.last, last.factor == rates.factors[group] {
          parts[parts.count - 1].elements = last.elements.lowerBound..<elements.upperBound
        } else {
          parts.append(Part(elements: elements, factor: rates.factors[group]))
        }
      }
      if parts.count <= 1 { parts = [Part(elements: 0..<unit, factor: parts.first.map { $0.factor } ?? 1)] }
      if let last = result.last, last.parts.count == 1, parts.count == 1, last.parts[0].factor == parts[0].factor {
        result[result.count - 1].range = last.range.lowerBound..<range.upperBound
        result[result.count - 1].parts[0].elements = 0..<(range.upperBound - last.range.lowerBound)
      } else {
        result.append(UpdateSegment(range: range, parts: parts))
      }
    }
    return result
  }
}

extension OptimizerStep {
  /// The same at a share of its learning rate.
  package func scaled(by factor: Double) -> OptimizerStep {
    OptimizerStep(step: step, learningRate: learningRate * factor, momentum: momentum, weightDecay: weightDecay)
  }
}
