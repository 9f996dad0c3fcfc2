internal import Fitting
public import Reports

// fastai's names: `plot`, `plot_losses`, `plot_lr(show_moms=True)`, `plot_metrics`. Each is a value that gives an SVG
// picture or terminal text; without steps or a curve it is an empty plot.

extension Recorder {
  /// The latest LR finder's curve on a logarithmic axis, with the suggestions marked.
  public func plot() -> LinePlot { (curve ?? LearningRateCurve()).plot(caption) }

  /// The smoothed train loss of each step of the latest fit, and the valid loss at the end of each epoch.
  public func plotLosses() -> LinePlot {
    // The last step of an epoch stays only where all do.
    let stepsPerEpoch = (steps.last?.step ?? 0) / max(steps.last?.epoch ?? 1, 1)
    return LinePlot.losses(steps: steps, valid: epochs, stepsPerEpoch: stepsPerEpoch, configuration: caption)
  }

  /// Learning rate and momentum of each step of the latest fit, side by side.
  public func plotSchedule() -> PlotPanels {
    PlotPanels([
      .learningRates(of: steps, configuration: caption), .momenta(of: steps, configuration: caption),
    ])
  }

  /// The metrics of each epoch of the latest fit.
  public func plotMetrics() -> LinePlot {
    LinePlot.metrics(
      metrics.indices.map { index in (metrics[index].name, metricValues.map { $0[index] }) },
      configuration: caption)
  }
}
