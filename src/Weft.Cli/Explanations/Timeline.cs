using System.Globalization;
using System.Xml;
using Weft.Cli.Commands;
using Weft.Execution.Explanations;
using Weft.Execution.Parallel;
using Weft.Execution.Records;

namespace Weft.Cli.Explanations;

/// <summary>Draws what each worker did when, as an SVG picture that needs nothing else: a lane for each, a bar for each
/// thing done, coloured by what came of it; the longest chain is outlined and joined by a line.</summary>
internal sealed class Timeline
{
    private const double Width = 1200, Left = 76, Right = 24, Top = 78, Bottom = 44, SmallestBar = 0.6;
    private const int TicksMax = 12;

    private const string Style = """
        svg { font: 12px system-ui, sans-serif; background: #fff; color: #222; }
        text { fill: currentColor; } .title { font-size: 15px; font-weight: 600; } .dim { opacity: .7; }
        .lane { fill: #8881; } .axis { stroke: currentColor; stroke-opacity: .25; }
        .run { fill: #2a9d6f; } .vain { fill: #d1495b; } .left { fill: #e8a33d; } .wait { fill: #f3d27a; }
        .commit { fill: #5b7db1; } .onchain { stroke: #111; stroke-width: 1.6; }
        .chain { fill: none; stroke: #111; stroke-width: 1.2; stroke-opacity: .55; stroke-dasharray: 4 2; }
        @media (prefers-color-scheme: dark) {
          svg { background: #14171c; color: #e6e6e6; } .lane { fill: #fff1; } .onchain, .chain { stroke: #fff; }
          .run { fill: #35b583; } .vain { fill: #e5647a; } .commit { fill: #7f9fd0; }
        }
        """;

    private readonly string _name;
    private readonly Explained _block;
    private readonly FinalExecutions _final;
    private readonly HashSet<int> _chain;
    private readonly long _first, _last;
    private readonly double _laneHeight;

    public Timeline(ExplainedCase explained)
    {
        var block = explained.What;
        (_name, _block) = (explained.Case.Name, block);
        _final = FinalExecutions.Of(block.Events);
        _chain = [.. block.Why.Chain.Nodes];
        (_first, _last) = (block.Events.Min(done => done.Start), block.Events.Max(done => done.End));
        _laneHeight = Workers <= 16 ? 30 : 16;
    }

    private int Workers => _block.Summary.Workers;

    private double Height => Top + (Workers * _laneHeight) + Bottom;

    public void Write(Stream stream)
    {
        using var svg = XmlWriter.Create(stream, new() { Indent = true, IndentChars = " ", CloseOutput = false });
        svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        svg.WriteAttributeString("viewBox", $"0 0 {Text(Width)} {Text(Height)}");
        svg.WriteAttributeString("width", Text(Width));
        svg.WriteAttributeString("height", Text(Height));
        svg.WriteAttributeString("role", "img");
        svg.WriteElementString("title", Title);
        svg.WriteElementString("style", Style);
        WriteHead(svg);
        WriteAxis(svg);
        for (int worker = 0; worker < Workers; worker++) WriteLane(svg, worker);
        WriteChain(svg);
        svg.WriteEndElement();
    }

    // ---- Around ----

    private string Title =>
        $"Block {_name}: {StrategyOptions.NameOf(_block.Summary.Strategy)} on {Workers} "
        + (_block.IsVirtual ? "virtual cores" : Workers == 1 ? "thread" : "threads");

    private void WriteHead(XmlWriter svg)
    {
        WriteText(svg, 16, 26, "title", Title);
        WriteText(
            svg, 16, 45, "dim",
            $"{_block.Transactions} transactions, {Time(_block.Ticks)}; serially {Time(_block.Why.Work)}: "
            + $"{Number(_block.Speedup)} times as fast, the limit is {Number(_block.Why.LimitOn(Workers))}");
        double x = 16;
        foreach (var (style, name) in new[]
                 {
                     ("run", "committed"), ("vain", "aborted"), ("left", "left, to wait"), ("wait", "waiting"),
                     ("commit", "validation, commit"), ("run onchain", "of the longest chain"),
                 })
        {
            WriteRectangle(svg, style, x, 56, 14, 10);
            svg.WriteEndElement();
            WriteText(svg, x + 19, 65, "", name);
            x += 34 + (name.Length * 6.4);
        }
    }

    private void WriteAxis(XmlWriter svg)
    {
        double total = Explained.Microseconds(_last - _first), step = StepOf(total);
        double bottom = Height - Bottom;
        for (double at = 0; at <= total; at += step)
        {
            double x = Left + ((Width - Left - Right) * at / Math.Max(total, 1e-9));
            svg.WriteStartElement("line");
            svg.WriteAttributeString("class", "axis");
            WriteAttributes(svg, ("x1", x), ("x2", x), ("y1", Top - 4), ("y2", bottom + 4));
            svg.WriteEndElement();
            WriteText(
                svg, x, bottom + 19, "dim",
                total < 2000 ? $"{Short(at)} us" : $"{Short(at / 1000)} ms", anchor: "middle");
        }
    }

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static double StepOf(double total)
    {
        double least = Math.Max(total, 1e-3) / TicksMax, power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => step >= least * 0.999);
    }

    // ---- Lanes ----

    private void WriteLane(XmlWriter svg, int worker)
    {
        double y = YOf(worker);
        WriteText(
            svg, 16, y + (_laneHeight / 2) + 4, "dim", _block.IsVirtual ? $"core {worker}" : $"worker {worker}");
        WriteRectangle(svg, "lane", Left, y, Width - Left - Right, _laneHeight - 4);
        svg.WriteEndElement();
        Bar? pending = null;
        // What waits lies upon what waited, so it has to be drawn after it.
        foreach (var done in _block.Events
                     .Where(done => done.Worker == worker).OrderBy(done => done.Kind == WorkKind.Wait))
        {
            var bar = new Bar(StyleOf(done), XOf(done.Start), XOf(done.End), Describe(done), 1);
            if (pending is { } last && last.Joins(bar))
            {
                pending = last with { End = bar.End, Count = last.Count + 1 };
                continue;
            }
            WriteBar(svg, pending, y);
            pending = bar;
        }
        WriteBar(svg, pending, y);
    }

    private void WriteBar(XmlWriter svg, Bar? bar, double y)
    {
        if (bar is not { } drawn) return;
        WriteRectangle(
            svg, drawn.Style, drawn.Start, y, Math.Max(SmallestBar, drawn.End - drawn.Start), _laneHeight - 4);
        svg.WriteElementString(
            "title", drawn.Count == 1 ? drawn.Text : $"{drawn.Count} in a row; the first: {drawn.Text}");
        svg.WriteEndElement();
    }

    private string StyleOf(in WorkEvent done)
    {
        if (done.Kind == WorkKind.Wait) return "wait";
        if (done.Kind is WorkKind.Validate or WorkKind.Confirm or WorkKind.Commit or WorkKind.Apply)
            return done.IsInVain ? "vain" : "commit";
        if (done.Outcome == Outcome.Blocked) return "left";
        if (!_final.Contains(done)) return "vain";
        return _chain.Contains(done.Transaction) ? "run onchain" : "run";
    }

    private string Describe(in WorkEvent done)
    {
        string name = LocationText.OfPart(done.Transaction, _block.Transactions);
        string time = $"{Time(done.Ticks)} from {Time(done.Start - _first)}";
        if (done.Kind == WorkKind.Wait)
            return $"{name} waits for {LocationText.OfPart(done.Blocker, _block.Transactions)}: {time}";
        string attempt = done.Incarnation == 0 ? "" : $", after {done.Incarnation} aborts";
        return $"{done.Kind} {name}{attempt}: {time}{OutcomeOf(done)}";
    }

    private string OutcomeOf(in WorkEvent done)
    {
        if (done.Outcome == Outcome.Blocked)
            return $"; left, to wait for {LocationText.OfPart(done.Blocker, _block.Transactions)}";
        if (done.Cause.Location is { } location) return $"; aborted: {LocationText.Short(location)} had changed";
        if (done.Outcome == Outcome.Again) return "; aborted";
        return done.Kind == WorkKind.Execute && !_final.Contains(done) ? "; aborted later" : "";
    }

    // ---- The chain ----

    /// <summary>From the end of each of its transactions to the beginning of the next.</summary>
    private void WriteChain(XmlWriter svg)
    {
        var path = new List<string>();
        foreach (int node in _block.Why.Chain.Nodes)
        {
            if (_final.Of(node) is not { } done) continue;
            string y = Text(YOf(done.Worker) + (_laneHeight / 2) - 2);
            path.Add($"{Text(XOf(done.Start))},{y} {Text(XOf(done.End))},{y}");
        }
        if (path.Count < 2) return;
        svg.WriteStartElement("polyline");
        svg.WriteAttributeString("class", "chain");
        svg.WriteAttributeString("points", string.Join(' ', path));
        svg.WriteEndElement();
    }

    // ---- Elements ----

    private double YOf(int worker) => Top + (worker * _laneHeight);

    private double XOf(long time) =>
        Left + ((Width - Left - Right) * (time - _first) / Math.Max(1, _last - _first));

    private static void WriteText(
        XmlWriter svg, double x, double y, string style, string text, string anchor = "start")
    {
        svg.WriteStartElement("text");
        if (style.Length > 0) svg.WriteAttributeString("class", style);
        WriteAttributes(svg, ("x", x), ("y", y));
        if (anchor != "start") svg.WriteAttributeString("text-anchor", anchor);
        svg.WriteString(text);
        svg.WriteEndElement();
    }

    /// <summary>Left open, for a title.</summary>
    private static void WriteRectangle(XmlWriter svg, string style, double x, double y, double width, double height)
    {
        svg.WriteStartElement("rect");
        svg.WriteAttributeString("class", style);
        WriteAttributes(svg, ("x", x), ("y", y), ("width", width), ("height", height));
    }

    private static void WriteAttributes(XmlWriter svg, params ReadOnlySpan<(string Name, double Value)> attributes)
    {
        foreach (var (name, value) in attributes) svg.WriteAttributeString(name, Text(value));
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Time(long ticks) => Explained.Microseconds(ticks) switch
    {
        < 1000 and var time => time.ToString("F1", CultureInfo.InvariantCulture) + " us",
        var time => (time / 1000).ToString("F2", CultureInfo.InvariantCulture) + " ms",
    };

    /// <summary>One bar, or several that are too thin to be told apart.</summary>
    private readonly record struct Bar(string Style, double Start, double End, string Text, int Count)
    {
        private const double Thin = 1, Near = 0.3;

        public bool Joins(in Bar next) =>
            next.Style == Style && Style is not ("wait" or "run onchain") && next.End - next.Start < Thin
            && (Count > 1 || End - Start < Thin) && next.Start - End < Near;
    }
}
