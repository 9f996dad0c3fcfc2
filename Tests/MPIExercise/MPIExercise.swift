#if MPI
  import MPI
#endif

/// Puts the MPI wrapper through its calls, for the tests that start it under real launchers.
///
///     MPIExercise collectives     every collective over every element type
///     MPIExercise communicators   barrier, split, shared windows
///     MPIExercise errors          errors that each rank provokes and reports
///     MPIExercise abort CODE      the last rank gives up while the others wait
///     MPIExercise library         the library's name, before MPI starts
///
/// With a further word, `yields`, waiting ranks leave their cores to others.
///
/// The first two print `<call> right` from rank 0 for each right call, and `<call> WRONG on rank <r>` from whatever
/// rank sees another result than the one written here.
@main
struct MPIExercise {
  static func main() {
    #if MPI
      let words = CommandLine.arguments.dropFirst()
      let mode = words.first ?? "collectives"
      if mode == "library" {
        print(World.libraryVersion)
        return
      }
      do {
        try World.run { world in
          let communicator = world.communicator
          if words.last == "yields" { communicator.yields = true }
          switch mode {
          case "collectives": try runCollectives(communicator)
          case "communicators": try runCommunicators(communicator)
          case "errors": try provokeErrors(communicator)
          default: try giveUp(communicator, code: words.last.flatMap { Int32($0) } ?? 1)
          }
        }
      } catch let error as MPIError {
        print("thrown \(error)\n", terminator: "")
        World.abort(code: 3)
      } catch {
        print("thrown \(error)\n", terminator: "")
        World.abort(code: 4)
      }
    #else
      print("built without MPI")
    #endif
  }
}
