// All that a program needs: `import Training` offers what the rooms of the library offer.

@_exported public import Benchmarks
@_exported public import Configuration
@_exported public import Corpus
@_exported public import Data
@_exported public import Files
@_exported public import Fitting
@_exported public import Inference
@_exported public import Jobs
@_exported public import Kernels
@_exported public import Memory
@_exported public import Models
@_exported public import Optimization
@_exported public import Reports
@_exported public import Runs
@_exported public import Sweeps
@_exported public import Teams
@_exported public import Tokenization
