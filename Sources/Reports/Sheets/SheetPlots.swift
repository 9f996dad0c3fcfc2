internal import Benchmarks
internal import Files

/// A sheet's pictures, each of which ends at the top where the machine does.
struct SheetPlots {
  /// More groups than this don't fit side by side on a phone.
  private static let mostGroups = 4
  private let sheet: BenchmarkSheet

  init(_ sheet: BenchmarkSheet) { self.sheet = sheet }

  private var peak: Double { sheet.theoreticalPeak.alone }
  private var most: Int { sheet.steps.map(\.workers).max() ?? 1 }

  /// The steps by model, in the sheet's order: the shapes of each, with the figures by number of workers.
  private var models: [(name: String, shapes: [[StepFigures]])] {
    var models: [(name: String, shapes: [[StepFigures]])] = []
    for step in sheet.steps {
      let place = models.firstIndex { $0.name == step.model } ?? models.count
      if place == models.count { models.append((step.model, [])) }
      if let shape = models[place].shapes.firstIndex(where: { $0[0].shape == step.shape }) {
        models[place].shapes[shape].append(step)
      } else {
        models[place].shapes.append([step])
      }
    }
    return models
  }

  /// GFLOP/s of a core for each model.
  var steps: [any Picture] {
    models.flatMap { model in
      stride(from: 0, to: model.shapes.count, by: Self.mostGroups).map { start in
        bars(model.name, Array(model.shapes[start..<min(start + Self.mostGroups, model.shapes.count)]))
      }
    }
  }

  /// By 1 worker and by as many as each shape was timed with.
  private func bars(_ model: String, _ shapes: [[StepFigures]]) -> BarPlot {
    let most = shapes.compactMap { $0.map(\.workers).max() }.max() ?? 1
    let groups = shapes.map { steps in
      let ends = most == 1 ? [steps[0]] : [steps[0], steps[steps.count - 1]]
      let lines = ["hidden \(steps[0].hidden)", "bptt \(steps[0].bptt)", "vocab \(steps[0].vocabulary)"]
      return BarPlot.Group(lines, ends.map(bar))
    }
    return BarPlot(
      title: model, subtitle: "top: theoretical peak of a core, \(fixed(peak, 1)) GFLOP/s",
      yLabel: "GFLOP/s a core", top: peak, level: ("measured peak", sheet.measuredPeak.alone),
      series: most == 1 ? ["1 worker"] : ["1 worker", "\(most) workers"], groups: groups)
  }

  private func bar(_ step: StepFigures) -> BarPlot.Bar {
    func speed(_ microseconds: Double) -> Double {
      step.operations / max(microseconds, 1e-9) / 1e3 / Double(step.workers)
    }
    return BarPlot.Bar(
      speed(step.median), from: speed(step.upper), to: speed(step.lower), label: fixed(speed(step.median) / peak, 2))
  }

  /// Speed by number of workers for each model, of that of one; the top is as many times as fast as there are workers.
  var scaling: [any Picture] {
    guard most > 1 else { return [] }
    return models.map { model in
      let series = model.shapes.map { steps in
        LinePlot.Series(
          "\(steps[0].hidden), bptt \(steps[0].bptt)", x: steps.map { Double($0.workers) },
          y: steps.map { steps[0].median / $0.median * Double(steps[0].workers) }, hasDots: true)
      }
      let ends = [1, Double(most)]
      return LinePlot(
        title: model.name, subtitle: "top: \(most) times as fast on \(most) workers",
        xAxis: .init("workers", range: 1...Double(most), isWhole: true),
        yAxis: .init("speed, of one worker's", range: 0...Double(most)),
        series: [LinePlot.Series("ideal", x: ends, y: ends, isFaint: true)] + series)
    }
  }

  /// Kernels by the operations that they do for each byte that they move, below the core's two roofs.
  func roofs(_ kernels: KernelFigures) -> LinePlot {
    let marks = kernels.rows.enumerated().filter { $0.element.operations > 0 && $0.element.bytes > 0 }.map {
      LinePlot.Mark(
        "\($0.offset + 1)", x: $0.element.operations / $0.element.bytes, y: $0.element.gflops, dropsToAxis: false)
    }
    let places = marks.map(\.point.x)
    let (low, high) = ((places.min() ?? 0.1) / 2, (places.max() ?? 10) * 2)
    let roofs = sheet.memory.levels.map { level in
      let knee = min(max(peak / level.gigabytesPerSecond, low), high)
      let x = [low, knee, high]
      return LinePlot.Series(
        "copies of \(kibibytes(level.bytes))", x: x, y: x.map { min(peak, $0 * level.gigabytesPerSecond) })
    }
    let bottom = min((marks.map(\.point.y).min() ?? peak / 10) / 2, peak / 2)
    let measured = LinePlot.Series(
      "measured peak", x: [low, high], y: [sheet.measuredPeak.alone, sheet.measuredPeak.alone], isFaint: true)
    return LinePlot(
      title: "Kernels of \(kernels.shape)", subtitle: "top: theoretical peak of a core, \(fixed(peak, 1)) GFLOP/s",
      xAxis: .init("operations for a byte moved", .logarithmic, range: low...high),
      yAxis: .init("GFLOP/s", .logarithmic, range: bottom...peak), series: roofs + [measured], marks: marks)
  }
}
