import Corpus
import Recognition
import ScriptRuntime
import Training

extension Engine {
    private func property(_ name: String, _ doc: String, _ get: @escaping (OCRTask, TaskObject) throws -> Value) -> NativeProperty {
        NativeProperty(
            name, doc,
            get: { call in
                let object = try call.host(0, as: TaskObject.self)
                return try get(object.task, object)
            })
    }

    var taskProperties: [NativeProperty] {
        [
            property("character_set", "The characters of interest.") { [unowned self] _, object in
                repertoireValue(try object.builtIn.repertoire())
            },
            property("image_scope", "The part of a page in one example: 'char', 'seq', 'line' or 'page'.") { _, object in
                .str(try object.builtIn.imageScope().rawValue)
            },
            property("sequence_length", "Characters in a sequence; with max_sequence_length the fewest.") { _, object in
                try object.builtIn.sequenceLength().map { .int($0) } ?? Value.none
            },
            property("max_sequence_length", "The most characters in a sequence.") { _, object in
                try object.builtIn.maximumSequenceLength().map { .int($0) } ?? Value.none
            },
            property("reserved", "Tokens with the first ids.") { _, object in
                .tuple(try object.builtIn.reserved().map { .str($0) })
            },
            property("num_classes", "Number of outputs, reserved tokens included.") { task, object in
                .int(try object.builtIn.classCount(task))
            },
            property("target", "The feature that answers are compared with.") { _, object in .str(try object.builtIn.target()) },
            property("sparse_labels", "Whether targets are sequences of their own lengths.") { _, object in
                .bool(try object.builtIn.sparseLabels())
            },
            property("chunk", "Whether examples are tiles of the image.") { _, _ in .false },
            property("character", "Whether characters are stored with the images.") { _, _ in .true },
            property("line", "Whether lines are stored with the images.") { _, _ in .false },
            property("label", "Whether labels are stored with the images.") { _, _ in .true },
            property("bbox", "Whether boxes are stored with the images.") { _, _ in .false },
            property("task_id", "Names the task, its characters and everything else its examples depend on.") { task, _ in
                .str(try task.taskID())
            },
            property("task_data_dir", "Where the task's examples are stored.") { task, _ in .str(try task.dataFolder()) },
            property("task_log_dir", "Where the task's runs are kept.") { task, _ in .str(try task.logFolder()) },
            property("vocab", "The classes of the task.") { [unowned self] task, _ in vocabularyValue(try task.corpus().vocabulary) },
            NativeProperty(
                "job_id", "The last part of a run's folder.",
                get: { .str(try $0.host(0, as: TaskObject.self).task.jobID) },
                set: { call in
                    try call.host(0, as: TaskObject.self).task.jobID = call.string(1)
                    return .none
                }),
        ]
    }

    var taskMethods: [Native] {
        (builtInHooks + [
            Native("get_class_labels(self, as_unicode=False)", "The types by id: labels (U+306B), or characters with as_unicode.") { call in
                .list(try call.host(0, as: TaskObject.self).task.classLabels(asCharacters: try call.truth(1)).map { .str($0) })
            },
            Native("job_dir(self, experiment_id, model)", "The folder of a run of this model; sets job_id.") { [unowned self] call in
                let name = try modelName(call[2])
                return .str(try call.host(0, as: TaskObject.self).task.jobFolder(try call.string(1), model: name))
            },
            Native(
                "input_fn(self, batch_size, subset='train', num_shards=1, overwrite=False)",
                "Store the examples if need be; gives what makes batches of them. num_shards is taken by model_fn."
            ) { [unowned self] call in
                let subset = try Subset(named: try call.string(2))
                let task = try call.host(0, as: TaskObject.self).task
                guard try call.int(3) >= 1 else { throw Raised.value("num_shards must be 1 or more, not \(try call.int(3))") }
                let function = try task.input(batchSize: try call.int(1), subset: subset, overwrite: try call.truth(4))
                return call.interpreter.value(of: InputObject(function, subset: subset.rawValue, self))
            },
            Native(
                "model_fn(self, model, variable_strategy='CPU', num_gpus=0, num_workers=1, devices=None)",
                "The task and a model put together, for an Estimator. Every device is a share of the batch; results do not depend on them."
            ) { [unowned self] call in
                let strategy = try call.string(2)
                guard OptionWords.variableStrategies.contains(strategy) else {
                    throw Raised.value("variable_strategy must be 'CPU' or 'GPU', not '\(strategy)'")
                }
                let devices = call[5].isNone ? nil : try call.interpreter.items(of: call[5]).count
                let towers = try devices ?? max(1, call.int(3))
                let task = try call.host(0, as: TaskObject.self).task
                return call.interpreter.value(
                    of: ModelFunctionObject(try task.modelFunction(try model(call[1]), towers: towers)))
            },
            Native("loss_fn(self, features, model_output, targets, is_training)", "How wrong the output is, for each example.") {
                [unowned self] call in
                let object = try call.host(0, as: TaskObject.self)
                return tensorValue(
                    try object.builtIn.loss(
                        features: try features(call[1], "features"), output: try output(call[2], "model_output"),
                        targets: try targets(call[3]), isTraining: try call.truth(4), object.task))
            },
        ]).map(\.namingArguments)
    }
}
