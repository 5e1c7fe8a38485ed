<!DOCTYPE html>
<title>{{ config('app.name') }}</title>
<!-- early {{ $early }} -->
@foreach ($articles as $article)
<p>{{ $article }}</p>
@endforeach
<!-- late {{ require base_path('version/late.php') }} -->
