namespace Weft.Execution.Strategies.Auto;

/// <summary>What a model expects of a block, in nanoseconds.</summary>
internal struct Prediction
{
    public double Serial;

    /// <summary>By a glance at the block, which was enough to see that there is little to do.</summary>
    public bool IsGlance;

    /// <summary>Of the serial time the part of calls that were measured often enough.</summary>
    public double KnownShare;

    /// <summary>Of these and of calls that are new, but belong to a class that was.</summary>
    public double LikelyShare;

    private double _optimistic, _dag, _segments, _declared;

    /// <summary>With <see cref="Strategy.Serial"/>, too.</summary>
    public double this[Strategy strategy]
    {
        readonly get => strategy switch
        {
            Strategy.Serial => Serial,
            Strategy.Optimistic => _optimistic,
            Strategy.Dag => _dag,
            Strategy.Segments => _segments,
            _ => _declared,
        };
        set
        {
            switch (strategy)
            {
                case Strategy.Serial: Serial = value; break;
                case Strategy.Optimistic: _optimistic = value; break;
                case Strategy.Dag: _dag = value; break;
                case Strategy.Segments: _segments = value; break;
                default: _declared = value; break;
            }
        }
    }
}
