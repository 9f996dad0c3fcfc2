internal import Files

/// What `sweep` has beside its file.
package struct SweepOptions: OptionSection {
  package let seeds = OptionDeclaration<Int>(
    "seeds", "Seeds of each combination of options, from --seed's value on.", value: "n", subject: "number of seeds",
    in: .from(1, to: 100_000), default: "the file's, or one", role: .common)

  package let out = OptionDeclaration<String>(
    "out", "The sweep's directory: a fresh one, or the one that is gone on with.", value: "dir",
    subject: "output directory", in: .directory, default: "runs/<the file's name>", role: .common,
    completion: .directory)

  package let workersPerRun = OptionDeclaration<Int>(
    "workers-per-run", "Threads of each run, at most those of a process.", value: "n", subject: "number of workers",
    in: .from(1, to: 4096), default: "the file's, or 1", role: .common)

  package let threads = OptionDeclaration<Int>(
    "threads", "Workers of each process, over all its runs.", value: "n", subject: "number of threads", in: .threads,
    default: "the node's cores shared by its ranks, of which some are idle when they are more", role: .common)

  package let ranksPerNode = RunOption.data.ranksPerNode
  package let maxSeconds = OptionDeclaration<Double>(
    "max-seconds", "After so many seconds have each run keep a checkpoint, and stop with exit code 75.", value: "x",
    subject: "time", in: .positive, role: .own)

  package let stallSeconds = RunOption.durability.stallSeconds
  package let logLevel = RunOption.data.logLevel
  package let quiet = OptionDeclaration("quiet", initial: false, "Print the digest only.", role: .own)

  package init() {}
}
