/// The rows of sweeps: their files, texts and directories.
extension FaultTableTests {
  /// A sweep of two rates over the texts `t`, which are as many words as a step takes.
  static let rates =
    lines
    + #"printf 'train: t\nvalid: t\nhidden: 8\nbatch-size: 2\nsteps: 2\nlr-find: false\ngrid:\n  lr: [1e-3, 1e-2]\n' > s.yaml; "#

  static let sweeps = [
    Fault("sweep", rates + #""$@" sweep s.yaml --quiet --out o"#, 0, "digest ", isJobs: true),
    Fault(
      "file of a sweep", #""$@" sweep none.yaml --out o"#, 74, "(no such file or directory): none.yaml; give a file",
      isJobs: true),
    Fault("file of a sweep", #": > s.yaml; "$@" sweep s.yaml --out o"#, 64, "the file is empty: s.yaml", isJobs: true),
    Fault(
      "file of a sweep", #"printf 'grid: [1' > s.yaml; "$@" sweep s.yaml --out o"#, 64,
      "the configuration is no YAML (",
      isJobs: true),
    Fault(
      "file of a sweep", #"printf 'lr: \xff\n' > s.yaml; "$@" sweep s.yaml --out o"#, 65, ": s.yaml", isJobs: true
    ),
    Fault(
      "option of a sweep's run", rates + #"sed -i 's/1e-2/fast/' s.yaml; "$@" sweep s.yaml --out o"#, 64,
      "(s.yaml, line 8); see", isJobs: true),
    Fault(
      "option of a sweep's run", rates + #"DIST_TRAIN_HIDEN=8 "$@" sweep s.yaml --out o"#, 64,
      "unknown option in the environment: DIST_TRAIN_HIDEN; did you mean DIST_TRAIN_HIDDEN?", isJobs: true),
    Fault(
      "text of a sweep", rates + #"rm t; "$@" sweep s.yaml --out o"#, 74,
      "(no such file or directory): t, run lr=0.001,seed=42; check", isJobs: true),
    Fault(
      "text of a sweep", rates + #"sed -i 's/size: 2/size: 900/' s.yaml; "$@" sweep s.yaml --out o"#, 64,
      "batch size 900 is larger than the corpus of", isJobs: true),
    Fault(
      "text of a sweep",
      rates
        + #""$D" sweep s.yaml --quiet --out o > n; echo one >> t; sed -i 's/1e-2/1e-2, 1/' s.yaml; "$@" sweep s.yaml --out o"#,
      65, "the file has changed since the sweep began: t, o; put it back", isJobs: true),
    Fault(
      "directory of a sweep", rates + #""$@" sweep s.yaml --out none"#, 64, "--out; give a directory, or ./none",
      isJobs: true),
    Fault(
      "directory of a sweep", rates + #": > o; "$@" sweep s.yaml --out o"#, 74, "o; ", isJobs: true),
    Fault(
      "directory of a sweep", rates + #"mkdir o; echo '{' > o/sweep.json; "$@" sweep s.yaml --out o"#, 65,
      "the sweep's list of runs can't be read: o/sweep.json; choose another directory", isJobs: true),
    Fault(
      "directory of a sweep",
      rates + #""$D" sweep s.yaml --quiet --out o > n; sed -i 's/1e-2/1e-4/' s.yaml; "$@" sweep s.yaml --out o"#, 64,
      "the sweep has a run that the file lacks (lr=0.01,seed=42): s.yaml, o; take the change back", isJobs: true),
    Fault(
      "memory of a sweep's runs side by side",
      rates + #"sed -i 's/hidden: 8/hidden: 1200/' s.yaml; ulimit -v 260000; "$@" sweep s.yaml --quiet --out o"#, 0,
      "digest "),
    Fault(
      "memory of a sweep",
      rates + #"sed -i 's/hidden: 8/hidden: 8000/' s.yaml; ulimit -v 1000000; "$@" sweep s.yaml --out o"#, 1,
      "too little memory: the run takes ", isJobs: true),
  ]
}
