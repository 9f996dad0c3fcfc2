#if MPI
  internal import CMPI

  extension Communicator {
    /// Combines the ranks' elements one by one and hands all ranks the result (`MPI_Allreduce`). `result` has as many elements as
    /// `elements` and is overwritten.
    public func allReduce<Element: MPIDatatype>(
      _ elements: Span<Element>, _ result: inout MutableSpan<Element>, _ operation: ReduceOperation = .sum
    ) throws(MPIError) {
      precondition(result.count == elements.count, "all-reduce of \(elements.count) elements into \(result.count)")
      let count = try MPIError.count("MPI_Allreduce", elements.count, rank: worldRank)
      let code = withPointers(elements, &result) {
        MPI_Allreduce($0, $1, count, Element.mpiType.handle, operation.handle, handle)
      }
      try MPIError.check("MPI_Allreduce", code, rank: worldRank)
    }

    /// Combines the ranks' elements one by one, each rank's own being replaced by the result (`MPI_Allreduce` in place).
    public func allReduce<Element: MPIDatatype>(
      _ elements: inout MutableSpan<Element>, _ operation: ReduceOperation = .sum
    ) throws(MPIError) {
      let count = try MPIError.count("MPI_Allreduce", elements.count, rank: worldRank)
      let code = withPointer(&elements) {
        MPI_Allreduce(CMPI_IN_PLACE(), $0, count, Element.mpiType.handle, operation.handle, handle)
      }
      try MPIError.check("MPI_Allreduce", code, rank: worldRank)
    }

    /// The ranks' values combined (`MPI_Allreduce` of one element).
    public func allReduce<Element: MPIDatatype>(
      _ value: Element, _ operation: ReduceOperation = .sum
    ) throws(MPIError) -> Element {
      var result = value
      let code = withUnsafeMutablePointer(to: &result) {
        MPI_Allreduce(CMPI_IN_PLACE(), $0, 1, Element.mpiType.handle, operation.handle, handle)
      }
      try MPIError.check("MPI_Allreduce", code, rank: worldRank)
      return result
    }

    /// Combines the ranks' elements one by one and hands rank r the r-th block of the result (`MPI_Reduce_scatter_block`).
    /// `elements` holds `size` blocks of `block.count` elements; `block` is overwritten.
    public func reduceScatter<Element: MPIDatatype>(
      _ elements: Span<Element>, _ block: inout MutableSpan<Element>, _ operation: ReduceOperation = .sum
    ) throws(MPIError) {
      precondition(
        elements.count == size * block.count,
        "reduce-scatter of \(elements.count) elements into \(size) blocks of \(block.count)")
      let count = try MPIError.count("MPI_Reduce_scatter_block", block.count, rank: worldRank)
      let code = withPointers(elements, &block) {
        MPI_Reduce_scatter_block($0, $1, count, Element.mpiType.handle, operation.handle, handle)
      }
      try MPIError.check("MPI_Reduce_scatter_block", code, rank: worldRank)
    }
  }
#endif
