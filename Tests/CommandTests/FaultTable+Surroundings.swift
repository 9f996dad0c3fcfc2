/// The rows of what is around the program: limits, terminals, launchers.
extension FaultTableTests {
  static let limits = [
    Fault(
      "memory that is not to be had", #"ulimit -v 800000; "$@" --model awd-lstm --bptt 70 --out none"#, 1,
      "too little memory: the run takes ", isJobs: true),
    Fault(
      "memory that is not to be had", #"ulimit -v 400000; "$@" data --hidden 4096 --bptt 70"#, 0,
      " left, too little here."),
    Fault(
      "files that may not be opened", #"ulimit -n 5; "$@" --steps 2 --no-lr-find --quiet --out o"#, 74,
      "; raise ulimit -n"),
    Fault(
      "files that may not be so large", #"ulimit -f 8; "$@" --steps 9 --no-lr-find --quiet --out o"#, 74,
      "; raise ulimit -f, or choose a directory"),
    Fault(
      "rate that is scaled",
      #""$@" --accumulate 1000 --scale-lr linear --epochs 1 --no-lr-find --quiet --out o"#, 1,
      "begin again with --lr 3.83e-06 and another --out", isJobs: true),
    Fault(
      "rate that is scaled",
      #""$@" --lr 3.83e-06 --accumulate 1000 --scale-lr linear --epochs 1 --no-lr-find --quiet --out o"#, 0, "digest "),
    Fault(
      "rate that falls from its start", #""$@" --div-factor 1e-9 --steps 3 --no-lr-find --quiet --out o"#, 1,
      "begin again with --lr 1e-13 and another --out"),
    Fault(
      "metric of another program",
      #"echo '{"monitor": {"name": "probable", "lower-is-better": false}}' > c.json; "$@" --config c.json --out none"#,
      64,
      "the run was judged by a metric that its program has (probable): c.json, line 1; write `monitor: valid_loss`",
      isJobs: true),
  ]

  static let terminals = [
    Fault("control characters", bell + #""$@" data --train t --valid t --batch-size 2 --show-batch"#, 0, #"b\u0007"#),
    Fault("control characters", bell + #""$@" generate --weights bell --prompt $'b\a' --tokens 20"#, 0, #"b\u0007"#),
    Fault(
      "control characters", bell + #""$@" evaluate --weights bell --train t --valid t --batch-size 4 --confused 3"#, 0,
      #"u001b[31m"#, isJobs: true),
    Fault(
      "control characters", #""$@" --steps 2 --no-lr-find --out $'r\033[31m'"#, 0, #"run directory r\u001b[31m"#,
      isJobs: true),
    Fault("control characters", run + #"mv run $'r\a'; "$@" verify $'r\a'"#, 0, #"intact   r\u0007/checkpoints/"#),
    Fault("control characters", lines + #""$@" tokenize t --out $'o\xc2\x9b31m'"#, 0, #"--data o\u009b31m"#),
    Fault(
      "control characters", #""$@" --train $'n\033[31m\n' --valid t --out none"#, 74, #"n\u001b[31m\n; check its name"#,
      isJobs: true),
    Fault("control characters", #""$@" $'tr\033in'"#, 64, #"unknown command: tr\u001bin; did you mean train?"#),
    Fault(
      "direction of writing", lines + #"cp t $'\u202et'; "$@" data --train $'\u202et' --valid t --batch-size 2"#, 0,
      #"\u202et"#),
  ]

  /// A few steps, for what concerns a process's surroundings.
  static let steps = #"--steps 2 --no-lr-find --out none"#

  static let surroundings = [
    Fault("launcher of one process", #"PMI_SIZE=1 PMI_RANK=0 "$@" "# + steps, 0, "digest "),
    Fault(
      "launcher of one process",
      #"SLURM_STEP_NUM_TASKS=1 SLURM_NTASKS=1 SLURM_PROCID=0 PMIX_RANK=0 PMIX_NAMESPACE=slurm.pmix.1.0 "# + #""$@" "#
        + steps, 0, "digest "),
    Fault("launcher of one process", #"PMIX_RANK=0 SLURM_NTASKS=1 "$@" "# + steps, 0, "digest "),
    Fault(
      "launcher that is gone", #"PMI_SIZE=4 PMI_RANK=0 PMI_FD=99 "$@" "# + steps, 64,
      "no launcher is there: PMI_SIZE, PMI_RANK; unset PMI_SIZE PMI_RANK to run alone"),
    Fault(
      "launcher that is gone",
      #"OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=0 PMIX_SERVER_URI2='1.0;tcp4://127.0.0.1:1' "# + #""$@" "# + steps,
      64,
      "unset OMPI_COMM_WORLD_SIZE OMPI_COMM_WORLD_RANK to run alone"),
    Fault(
      "launcher that is gone",
      #"PMIX_RANK=1 PMIX_NAMESPACE=7 PMIX_SERVER_URI3='1.0;tcp4://127.0.0.1:1' "# + #""$@" "# + steps, 64,
      "the environment tells of a launcher, but no launcher is there: PMIX_RANK, on rank 1"),
    Fault("launcher of another library", #"PMI_SIZE=4 PMI_RANK=0 "$@" "# + steps, 64, "sees one: PMI_SIZE, PMI_RANK"),
    Fault(
      "module without shared windows", #"OMPI_MCA_osc=ucx "$@" "# + steps, 0, "digest ", isJobs: true),
    Fault("module without shared windows", #"OMPI_MCA_osc=^sm "$@" "# + steps, 0, "digest ", isJobs: true),
  ]
}
